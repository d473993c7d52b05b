//! What there is from the start: countries, features, people, scenarios. The data lies in files beside the code.

pub mod countries;
pub mod features;
pub mod forms;
pub mod people;
pub mod scenarios;
pub mod status;
