//! Small programs by hand; the whole dialect is tested against Python's `regex` in `tests/core/test_regex.py`.

use super::plain::{PlainAutomaton, PlainLook, PlainStep, CHAR, JUMP, LOOK, MATCH, SPLIT};
use super::{Error, Plain, PlainExpression, Program, Regex};

const A: u32 = 0;
const B: u32 = 1;
const ANY: u32 = 2;

fn program(steps: &[PlainStep], looks: Vec<PlainLook>) -> Result<Program, Error> {
    let automaton = PlainAutomaton {
        steps: steps.to_vec(),
        looks,
    };
    let code = |char| (u32::from(char), u32::from(char));
    let charsets = vec![vec![code('a')], vec![code('b')], vec![(0, 0x10FFFF)]];
    let expressions = [None, Some(automaton)].map(expression).into();
    Program::new(Plain {
        charsets,
        expressions,
    })
}

fn expression(automaton: Option<PlainAutomaton>) -> PlainExpression {
    PlainExpression {
        source: String::new(),
        sets: vec![A, B, ANY],
        automaton,
    }
}

fn found(program: &Program, text: &str) -> Vec<(u32, u32)> {
    let classes = program.classes().read(text.chars().map(u32::from));
    let mut cache = program.cache();
    let mut out = Vec::new();
    let regex = program.regex(1).unwrap();
    // What is worked out for one text serves the next.
    for _ in 0..2 {
        out.clear();
        regex.find_all(program.classes(), &mut cache, &classes, &mut out);
    }
    out
}

const END: PlainStep = (MATCH, 0, 0);

#[test]
fn the_first_way_wins_even_if_another_is_longer() {
    let short = [
        (SPLIT, 1, 3),
        (CHAR, A, 0),
        (JUMP, 5, 0),
        (CHAR, A, 0),
        (CHAR, B, 0),
        END,
    ];
    let long = [
        (SPLIT, 3, 1),
        (CHAR, A, 0),
        (JUMP, 5, 0),
        (CHAR, A, 0),
        (CHAR, B, 0),
        END,
    ];
    assert_eq!(
        found(&program(&short, vec![]).unwrap(), "xabab"),
        [(1, 2), (3, 4)]
    );
    assert_eq!(
        found(&program(&long, vec![]).unwrap(), "xaba😀"),
        [(1, 3), (3, 4)]
    );
}

#[test]
fn an_empty_match_moves_the_search_on_and_does_not_count() {
    // a*? tried again right after an empty match takes one character.
    let lazy = [(SPLIT, 3, 1), (CHAR, A, 0), (JUMP, 0, 0), END];
    let greedy = [(SPLIT, 1, 3), (CHAR, A, 0), (JUMP, 0, 0), END];
    assert_eq!(
        found(&program(&lazy, vec![]).unwrap(), "aab"),
        [(0, 1), (1, 2)]
    );
    assert_eq!(
        found(&program(&greedy, vec![]).unwrap(), "aabba"),
        [(0, 2), (4, 5)]
    );
    assert_eq!(found(&program(&greedy, vec![]).unwrap(), "bb"), []);
}

fn beside(behind: bool, charset: u32) -> PlainLook {
    PlainLook {
        behind,
        charset: i64::from(charset),
        steps: vec![],
    }
}

#[test]
fn looks_at_one_character_and_at_the_edges() {
    let after_b = [(LOOK, 0, 1), (CHAR, A, 0), END];
    assert_eq!(
        found(&program(&after_b, vec![beside(true, B)]).unwrap(), "abaa"),
        [(2, 3)]
    );
    let at_the_start = [(LOOK, 0, 0), (CHAR, A, 0), END];
    assert_eq!(
        found(
            &program(&at_the_start, vec![beside(true, ANY)]).unwrap(),
            "aaa"
        ),
        [(0, 1)]
    );
    let at_the_end = [(CHAR, A, 0), (LOOK, 0, 0), END];
    assert_eq!(
        found(
            &program(&at_the_end, vec![beside(false, ANY)]).unwrap(),
            "aaa"
        ),
        [(2, 3)]
    );
}

#[test]
fn a_look_ahead_at_any_distance_that_asks_another() {
    // a(?=.*b(?<!bb)): the program of the look is written backwards.
    let steps = vec![
        (LOOK, 0, 0),
        (CHAR, B, 0),
        (SPLIT, 3, 5),
        (CHAR, ANY, 0),
        (JUMP, 2, 0),
        END,
    ];
    let twice = PlainLook {
        behind: true,
        charset: -1,
        steps: vec![(CHAR, B, 0), (CHAR, B, 0), END],
    };
    let ahead = PlainLook {
        behind: false,
        charset: -1,
        steps,
    };
    let program = program(&[(CHAR, A, 0), (LOOK, 1, 1), END], vec![twice, ahead]).unwrap();
    assert_eq!(found(&program, "axbabb"), [(0, 1), (3, 4)]);
    assert_eq!(found(&program, "bba"), []);
    assert_eq!(found(&program, "a....b"), [(0, 1)]);
}

#[test]
fn states_are_forgotten_and_made_anew() {
    // a[ab]{15}c has 65,536 states and more; the last character is anything but a and b here.
    const LENGTH: usize = 15;
    let either = |at: u32| {
        [
            (SPLIT, at + 1, at + 3),
            (CHAR, A, 0),
            (JUMP, at + 4, 0),
            (CHAR, B, 0),
        ]
    };
    let mut forward = vec![(CHAR, A, 0)];
    for turn in 0..LENGTH as u32 {
        forward.extend(either(1 + 4 * turn));
    }
    forward.extend([(LOOK, 0, 1), END]);
    let program = program(&forward, vec![beside(false, ANY)]).unwrap();
    let mut seed = 1u32;
    let text: String = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
        if seed >> 31 == 0 {
            'a'
        } else {
            'b'
        }
    })
    .take(60_000)
    .collect();
    let bytes = text.as_bytes();
    let mut expected = vec![];
    let mut at = 0;
    while at + LENGTH + 1 < bytes.len() {
        if bytes[at] == b'a' {
            expected.push((at as u32, (at + LENGTH + 1) as u32));
            at += LENGTH;
        }
        at += 1;
    }
    let regex: &Regex = program.regex(1).unwrap();
    let classes = program.classes().read(text.chars().map(u32::from));
    let (mut cache, mut out) = (program.cache(), vec![]);
    regex.find_all(program.classes(), &mut cache, &classes, &mut out);
    assert_eq!(out, expected);
    assert!(
        cache.memory() > 0 && cache.memory() < 4 << 20,
        "{}",
        cache.memory()
    );
}

#[test]
fn what_is_left_to_python_is_not_there() {
    let program = program(&[END], vec![]).unwrap();
    assert!(program.regex(0).is_none());
    assert!(program.regex(1).is_some());
}

#[test]
fn a_set_or_a_look_that_is_not_there_is_refused() {
    assert_eq!(
        program(&[(CHAR, 3, 0), END], vec![]).unwrap_err(),
        Error::Malformed
    );
    assert_eq!(
        program(&[(LOOK, 0, 1), END], vec![]).unwrap_err(),
        Error::Malformed
    );
    let itself = PlainLook {
        behind: true,
        charset: -1,
        steps: vec![(LOOK, 0, 1), END],
    };
    assert_eq!(program(&[END], vec![itself]).unwrap_err(), Error::Malformed);
    assert_eq!(Program::decode(b"nonsense").unwrap_err(), Error::Malformed);
}

#[test]
fn a_program_serves_any_number_of_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Program>();
}

#[test]
fn a_group_tells_those_that_match_if_every_look_holds() {
    let never = PlainLook {
        behind: true,
        charset: i64::from(ANY),
        steps: vec![],
    };
    let automaton = |steps: &[PlainStep], looks| PlainAutomaton {
        steps: steps.to_vec(),
        looks,
    };
    let code = |char| (u32::from(char), u32::from(char));
    let mut program = Program::new(Plain {
        charsets: vec![vec![code('a')], vec![code('b')], vec![(0, 0x10FFFF)]],
        expressions: [
            Some(automaton(&[(CHAR, A, 0), (CHAR, A, 0), END], vec![])),
            Some(automaton(&[(LOOK, 0, 0), (CHAR, B, 0), END], vec![never])),
            None,
        ]
        .map(expression)
        .into(),
    })
    .unwrap();
    let groups = [&[0, 1][..], &[0], &[0, 2], &[0, 1]].map(|numbers| program.group(numbers));
    assert_eq!(groups, [0, 1, 2, 0]);
    let mut cache = program.cache();
    let mut open = |group, text: &str| {
        let classes = program.classes().read(text.chars().map(u32::from));
        let mut open = program.open(group, &mut cache, &classes);
        open.sort_unstable();
        open
    };
    for _ in 0..2 {
        assert!(open(0, "xxaxa").is_empty());
        assert_eq!(open(0, "xxaa"), [0]);
        assert_eq!(open(0, "xb"), [1]); // the look fails here, and the gate does not ask
        assert_eq!(open(0, "baa"), [0, 1]);
    }
    assert_eq!((open(1, "x"), open(2, "x")), (vec![0], vec![0, 2])); // nothing is known of these
}
