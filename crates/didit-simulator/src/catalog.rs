//! What there is from the start: countries, features, people, scenarios, and the words of all answers. The data lies in files
//! beside the code.

pub mod countries;
pub mod features;
pub mod forms;
pub mod people;
mod refusals;
pub mod scenarios;
mod status;

pub(crate) use self::{
    features::Feature,
    forms::{filled, shown},
    people::Person,
    refusals::{OrRefuse, refusal, refusal_with, refuse_when, throttle},
    scenarios::Scenario,
    status::{Status, StepStatus},
};
