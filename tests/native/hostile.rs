//! Links and messages survive anything: every lesson's settings from random and mutated addresses, messages from random bytes.

use app::{
    lessons::{adaline, alexnet, ddpm, hopfield, lenet, mlp, perceptron, transformer, vae},
    session::{
        protocol::{Request, Response, Settings, decode, encode},
        query::{Query, QueryWriter},
    },
};
use proptest::prelude::*;

fn write<S: Settings>(settings: &S) -> String {
    let mut writer = QueryWriter::default();
    settings.write(&mut writer);
    writer.finish()
}

/// Whatever was read can be written, and what is written reads back as the same, without a complaint.
fn settles<S: Settings>(address: &str) {
    let read = S::read(&mut Query::parse(address));
    let written = write(&read);
    let mut query = Query::parse(&written);
    let again = S::read(&mut query);
    assert_eq!(write(&again), written, "from {address}");
    assert!(query.problems.is_empty(), "{written}: {:?}", query.problems);
}

fn all_settle(address: &str) {
    settles::<perceptron::Settings>(address);
    settles::<adaline::Settings>(address);
    settles::<mlp::Settings>(address);
    settles::<hopfield::Settings>(address);
    settles::<lenet::Settings>(address);
    settles::<alexnet::Settings>(address);
    settles::<transformer::Settings>(address);
    settles::<vae::Settings>(address);
    settles::<ddpm::Settings>(address);
}

/// The keys that any lesson knows, among others, with values that are nearly right.
fn pair() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "data",
        "count",
        "noise",
        "margin",
        "share",
        "own",
        "measures",
        "threshold",
        "seed",
        "passes",
        "rate",
        "batch",
        "stop",
        "hidden",
        "opt",
        "act",
        "examples",
        "rule",
        "stored",
        "class",
        "stage",
        "fresh",
        "pool",
        "pretrained",
        "latent",
        "beta",
        "cue",
        "mask",
        "order",
        "photo",
        "with",
        "layer",
        "class2",
        "with2",
        "layer2",
        "heat",
        "eps",
        "live",
        "task",
        "length",
        "symbols",
        "positions",
        "text",
        "decoding",
        "beams",
        "temperature",
        "topk",
        "topp",
        "draw",
        "head",
        "off",
        "points",
        "units",
        "walk",
        "schedule",
        "hand",
        "sampler",
        "net",
        "other",
        "steps",
        "guidance",
        "v",
        "step",
        "x",
    ]);
    let value = prop_oneof![
        "[a-z]{0,8}",
        "-?[0-9]{1,12}(\\.[0-9]{1,6})?(e-?[0-9]{1,3})?",
        "(a|b)-?[0-9]{1,4}_-?[0-9]{1,4}(a|b)-?[0-9]{1,3}_[0-9]{0,4}",
        "[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}",
        "[0-9]{1,4}(,[0-9]{1,4}){0,5}",
        "(conv[0-9]|block[0-9]{1,2}|head|cathedral|koala|alexnet|efficientnet)",
        "[edcx][0-9]{2}(-[edcx][0-9]{1,3}){0,6}",
        "(NaN|inf|-inf|%00|%ff%zz|[+&=%]{1,6})",
        "\\PC{0,12}",
    ];
    (key, value).prop_map(|(key, value)| format!("{key}={value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_address_gives_settings_that_settle(pairs in prop::collection::vec(pair(), 0..12)) {
        all_settle(&pairs.join("&"));
    }

    #[test]
    fn any_text_is_an_address(text in "\\PC{0,200}") {
        all_settle(&text);
    }

    #[test]
    fn random_bytes_are_no_message(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        // Nothing is claimed of what they say, only that nothing panics and nothing grows beyond them.
        if let Ok(Request::Command(inside)) = decode::<Request>(&bytes) {
            prop_assert!(inside.len() <= bytes.len());
        }
        if let Ok(Response::Frame(frame)) = decode::<Response>(&bytes) {
            prop_assert!(frame.snapshot.len() <= bytes.len());
        }
    }

    #[test]
    fn a_message_with_a_wrong_byte_is_read_or_refused(place in 0_usize..200, byte in any::<u8>()) {
        let settings = encode(&mlp::Settings::default());
        let message = Request::Start { settings, checkpoint: None, base: "/".into(), run: 3 };
        let mut bytes = encode(&message);
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(Request::Start { settings, base, .. }) = decode::<Request>(&bytes) {
            prop_assert!(settings.len() + base.len() <= bytes.len());
        }
    }
}
