//! Directories that can contain each other, and facts about the files in them, in one pass over the
//! names of all files.

/// A directory, or a directory in it, on the way to a file.
struct Frame<'a, T> {
    /// The beginning of the names of the files in it.
    start: &'a str,
    /// Index of the directory.
    index: usize,
    /// True for a directory in it.
    is_top: bool,
    /// Facts about the files in this directory and in the directories around it.
    facts: T,
    before: T,
}

/// Search of the directories that files are in. Files are asked for in the order of their names, so
/// that each directory is entered once, however many directories it is in.
pub(super) struct NestedFolders<'a, T> {
    /// Names of the directories, sorted, each once: empty, or with `/` at the end.
    folders: Vec<&'a str>,
    next: usize,
    frames: Vec<Frame<'a, T>>,
}

impl<'a, T: Copy + Default> NestedFolders<'a, T> {
    /// Creates a search. The directories are sorted, and each occurs once.
    pub(super) const fn new(folders: Vec<&'a str>) -> Self {
        Self { folders, next: 0, frames: Vec::new() }
    }

    /// Returns the index of the directory that a file is in directly, and the facts of all those in
    /// which it is in another directory. `enter` returns the facts of the latter: its arguments are
    /// the index, the name of the directory in it, and the facts so far.
    pub(super) fn of(&mut self, name: &'a str, enter: impl Fn(usize, &str, T) -> T) -> (Option<usize>, T) {
        while self.frames.last().is_some_and(|frame| !name.starts_with(frame.start)) {
            self.frames.pop();
        }
        loop {
            self.enter_top(name, &enter);
            let Some(folder) = self.folders.get(self.next).filter(|folder| **folder <= name) else { break };
            if name.starts_with(folder) {
                let facts = self.facts();
                let frame = Frame { start: folder, index: self.next, is_top: false, facts, before: facts };
                self.frames.push(frame);
            }
            self.next += 1;
        }
        let own = self.frames.last().filter(|frame| !frame.is_top).map(|frame| frame.index);
        (own, self.facts())
    }

    /// Returns the facts before and after the directory in the directory with this index that the
    /// last file is in.
    pub(super) fn facts_of(&self, index: usize) -> Option<(T, T)> {
        let frame = self.frames.iter().find(|frame| frame.is_top && frame.index == index)?;
        Some((frame.before, frame.facts))
    }

    fn facts(&self) -> T {
        self.frames.last().map_or_else(T::default, |frame| frame.facts)
    }

    fn enter_top(&mut self, name: &'a str, enter: impl Fn(usize, &str, T) -> T) {
        let Some(frame) = self.frames.last().filter(|frame| !frame.is_top) else { return };
        let Some((top, _)) = name[frame.start.len()..].split_once('/') else { return };
        let (index, before) = (frame.index, frame.facts);
        let start = &name[..frame.start.len() + top.len() + 1];
        let facts = enter(index, top, before);
        self.frames.push(Frame { start, index, is_top: true, facts, before });
    }
}

#[cfg(test)]
mod tests {
    use super::NestedFolders;
    use std::cell::Cell;

    #[test]
    fn every_directory_counts_once() {
        let folders = vec!["", "a/", "a/b/", "c/d/", "x/"];
        let names = ["0", "a/b-c/x", "a/b/f", "a/b/g/h", "a/g", "c/d/e/f/g", "c/e", "c0"];
        let mut nested = NestedFolders::<u32>::new(folders.clone());
        let entered = Cell::new(0);
        for name in names {
            let (own, facts) = nested.of(name, |_, _, before| {
                entered.set(entered.get() + 1);
                before + 1
            });
            let around = folders.iter().filter_map(|folder| name.strip_prefix(folder));
            let above = around.filter(|below| below.contains('/')).count();
            let direct = folders
                .iter()
                .position(|folder| name.strip_prefix(folder).is_some_and(|below| !below.contains('/')));
            assert_eq!((own, facts), (direct, above as u32), "{name}");
        }
        // `a/` and `c/` at the top, `b-c/` and `b/` in `a/`, `g/` in `a/b/`, `e/` in `c/d/`.
        assert_eq!(entered.get(), 6);
    }

    #[test]
    fn the_work_does_not_depend_on_the_depth() {
        let names: Vec<String> = (0..400).map(|depth| format!("{}f", "d/".repeat(depth))).collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.sort_unstable();
        let mut folders: Vec<&str> = names.iter().map(|name| &name[..name.len() - 1]).collect();
        folders.sort_unstable();
        let mut nested = NestedFolders::<()>::new(folders);
        let entered = Cell::new(0);
        for name in names {
            nested.of(name, |_, _, ()| entered.set(entered.get() + 1));
        }
        assert_eq!(entered.get(), 399);
    }
}
