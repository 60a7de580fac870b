//! The lists in the policies for Cedar and Rego, and in the fuzzers' dictionary. The decisions that use these
//! lists are written by hand, and `benches/peers` compares them with the crate.

use access_package::{AssignmentState, Permission, Role};

use crate::golden::hold_between;
use crate::support::{MANAGER, in_camel_case};

/// R1
fn ladder() -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(|role| role.at_least(MANAGER))
}

fn quoted(words: impl IntoIterator<Item = impl ToString>) -> String {
    let words = words.into_iter().map(|word| format!("\"{}\"", word.to_string()));
    words.collect::<Vec<_>>().join(", ")
}

// R1
#[test]
fn the_ladder_in_cedar() {
    let covers =
        ladder().map(|role| format!("    resource in principal.roles.{}", in_camel_case(role.name())));
    let covers = covers.collect::<Vec<_>>().join(" ||\n") + "\n";
    hold_between("src/policy/gate.cedar", ["    // The ladder:\n", "}\n"], &covers);
}

// R1 to R3, R11
#[test]
fn the_words_in_the_schema_of_cedar() {
    let file = "src/policy/gate.cedarschema";
    let roles: Vec<_> = Role::ALL.iter().map(|role| in_camel_case(role.name())).collect();
    let roles = roles.iter().map(|role| format!("        {role}: Set<Scope>,\n"));
    hold_between(file, ["    type Roles = {\n", "    };\n"], &roles.collect::<Vec<_>>().concat());
    hold_between(file, ["    entity Permission enum [", "];\n"], &quoted(Permission::ALL));
    hold_between(file, ["    entity State enum [", "];\n"], &quoted(AssignmentState::ALL));
}

// R1
#[test]
fn the_ladder_in_rego() {
    let names = ladder().fold(String::new(), |names, role| names + &format!("\t\"{role}\",\n"));
    hold_between("src/policy/gate.rego", ["qualifying := {\n", "}\n"], &names);
}
