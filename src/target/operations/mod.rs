//! Generated tables of the operations of each version.

mod py310;
pub(super) mod py311;
pub(super) mod py312;
pub(super) mod py313;
pub(super) mod py314;
pub(super) mod py315;
mod py38;
mod py39;

use super::operation::Operations;
use super::series::SERIES;

/// Tables in the order of [`SERIES`].
pub(super) static OF_SERIES: [&Operations; SERIES.len()] = [
    &py38::OPERATIONS,
    &py39::OPERATIONS,
    &py310::OPERATIONS,
    &py311::OPERATIONS,
    &py312::OPERATIONS,
    &py313::OPERATIONS,
    &py314::OPERATIONS,
    &py315::OPERATIONS,
];
