//! Expected values are those that CPython 3.14 prints.

use super::*;
use crate::target::{PyVersion, Target};

fn number(value: f64) -> ConstValue {
    ConstValue::Float(value.to_bits())
}

fn fold(operator: Operator, left: &ConstValue, right: &ConstValue) -> Option<ConstValue> {
    let target = Target::find(PyVersion::new(3, 14)).unwrap();
    binary(operator, left, right, &Constants::default(), target)
}

fn int(value: i64) -> ConstValue {
    ConstValue::Int(value)
}

fn text(value: &str) -> ConstValue {
    ConstValue::Str(value.as_bytes().into())
}

#[test]
fn integers_divide_downwards() {
    assert_eq!(fold(Operator::FloorDiv, &int(-7), &int(2)), Some(int(-4)));
    assert_eq!(fold(Operator::Mod, &int(-7), &int(2)), Some(int(1)));
    assert_eq!(fold(Operator::Mod, &int(7), &int(-2)), Some(int(-1)));
    assert_eq!(fold(Operator::Div, &int(1), &int(3)), Some(number(1.0 / 3.0)));
    assert_eq!(fold(Operator::Div, &int(1), &int(0)), None);
}

#[test]
fn sizes_are_limited() {
    assert_eq!(fold(Operator::Pow, &int(2), &int(127)), None);
    assert!(fold(Operator::Pow, &int(2), &int(64)).is_some());
    assert!(fold(Operator::LShift, &int(1), &int(127)).is_some());
    assert_eq!(fold(Operator::LShift, &int(1), &int(128)), None);
    assert!(fold(Operator::Mult, &text("a"), &int(4096)).is_some());
    assert_eq!(fold(Operator::Mult, &text("a"), &int(4097)), None);
    assert_eq!(fold(Operator::Mult, &text("a"), &int(-1)), None);
}

#[test]
fn floats_follow_the_divisor() {
    assert_eq!(fold(Operator::Mod, &number(-1.0), &number(3.0)), Some(number(2.0)));
    assert_eq!(fold(Operator::FloorDiv, &number(-1.0), &number(3.0)), Some(number(-1.0)));
    assert_eq!(fold(Operator::Mod, &number(-0.0), &number(3.0)), Some(number(0.0)));
    assert_eq!(fold(Operator::Pow, &int(2), &int(-1)), Some(number(0.5)));
    assert_eq!(fold(Operator::Mult, &number(1e308), &int(10)), Some(number(f64::INFINITY)));
    assert_eq!(fold(Operator::Pow, &number(1e308), &int(10)), None);
}

#[test]
fn a_real_operand_has_no_imaginary_part() {
    let imaginary = ConstValue::Complex(0, 1.0_f64.to_bits());
    let zero = (-0.0_f64).to_bits();
    assert_eq!(
        fold(Operator::Sub, &int(1), &ConstValue::Complex(0, 0)),
        Some(ConstValue::Complex(1.0_f64.to_bits(), zero))
    );
    assert_eq!(
        fold(Operator::Mult, &imaginary, &imaginary),
        Some(ConstValue::Complex((-1.0_f64).to_bits(), 0))
    );
}

#[test]
fn subscripts_count_code_points() {
    let mut constants = Constants::default();
    assert_eq!(subscript(&text("aé"), &int(-1), &constants), Some(Folded::Value(text("é"))));
    assert_eq!(subscript(&text("aé"), &int(2), &constants), None);
    let none = constants.add(ConstValue::None);
    let step = constants.add(int(-1));
    let reversed = ConstValue::Slice([none, none, step]);
    assert_eq!(subscript(&text("aéb"), &reversed, &constants), Some(Folded::Value(text("béa"))));
}
