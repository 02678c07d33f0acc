//! `make bench`: the figures that the project promises, measured in one run and set against what
//! they are promised to be. Prints a table and asserts nothing: a slow machine is no defect.

mod idle;
mod kill;
mod load;
mod prober;
mod table;

use hivequake_tests::world::world;
use hivequake_tests::{Lab, say};
use table::Table;

fn main() {
    let Some(world) = world() else { return };
    let mut table = Table::default();
    say("From a launch to a dead container …");
    kill::launch_to_death(&world, &mut table);
    say("The lab's figures against others' …");
    kill::against_others(&world, &mut table);
    say("The prober at 1,000 requests a second …");
    prober::lag_and_stall(&world, &mut table);
    say("What a browser loads, and pages over thousands of runs …");
    load::bundle(&Lab::start(&world.engine), &mut table);
    load::history(&world, &mut table);
    say("An idle server …");
    idle::idle(&world, &mut table);
    table.print();
}
