//! What the tests share: the program as a process, a scripted API, the simulator, people and texts of strangers.

#[macro_use]
pub mod shown;
#[macro_use]
pub mod shell;
pub mod approved;
pub mod arguments;
pub mod asking_cases;
pub mod control;
pub mod day;
pub mod day_played;
pub mod desk;
pub mod dictionary;
pub mod echo_cases;
pub mod fault_cases;
pub mod fault_table;
pub mod fuzzed;
pub mod hostile;
pub mod many;
pub mod openapi;
pub mod person;
pub mod program;
pub mod refusals;
pub mod refused;
pub mod requests;
pub mod scripted;
pub mod server;
pub mod simulated;
pub mod simulator_client;
pub mod spelled;
pub mod stuffed;
pub mod terminal;
pub mod tool;
pub mod true_verdicts;
pub mod typed;
pub mod upstream;
pub mod ways_out;
pub mod world;
