//! What must hold for every tool, tried with each tool's own example: a new tool is tested by existing.

use crate::support::{
    server::{Era, Human, Setup},
    world::world,
};
use didit_mcp::tools::{self, Access};

/// An account of its own for each tool that changes something, and one for all that only read.
#[test]
fn the_example_of_every_tool_works() {
    let mut reading = world(Setup::new(Era::BOTH[0]));
    for tool in tools::all() {
        let mut changing = None;
        let (server, _, world) = if tool.access == Access::Read {
            &mut reading
        } else {
            changing.insert(world(Setup::new(Era::BOTH[0]).human(&[Human::Agrees; 2])))
        };
        let listed = server.tools();
        let schema = &listed.iter().find(|it| it["name"] == tool.name).unwrap()["inputSchema"];
        let example = (tool.example)(world);
        let validator = jsonschema::validator_for(schema).unwrap();
        assert!(validator.is_valid(&example), "{}: {example}", tool.name);
        let answer = server.ok(tool.name, example);
        assert!(!answer.text.is_empty(), "{}", tool.name);
    }
}
