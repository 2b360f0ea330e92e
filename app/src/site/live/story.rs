//! Which little figure belongs to which network, and what its one line says.

use super::drawing::Live;
use super::{attending, finding, frontier, imagining, layers, lines, memory, remembering, seeing};

/// The little figure of a network, at its beginning.
pub fn figure(slug: &str) -> Option<Box<dyn Live>> {
    Some(match slug {
        "perceptron" => Box::new(lines::Perceptron::new(2)),
        "adaline" => Box::new(lines::Adaline::new(5)),
        "mlp" => Box::new(layers::Xor::new(4)),
        "hopfield" => Box::new(memory::Hopfield::new(1)),
        "lenet" => Box::new(seeing::Convolution::begin()),
        "alexnet" => Box::new(seeing::Slopes::begin()),
        "resnet" => Box::new(seeing::Shortcut::new(1)),
        "unet" => Box::new(finding::Bridge::new(1)),
        "faster-rcnn" => Box::new(finding::Proposals::new(3)),
        "yolo" => Box::new(finding::Flock::new(2)),
        "rnn" => Box::new(remembering::Echo::new(2)),
        "lstm" => Box::new(remembering::Cell::new(1)),
        "seq2seq-attention" => Box::new(attending::Alignment::new(1)),
        "transformer" => Box::new(attending::Arcs::begin()),
        "bert" => Box::new(attending::Hidden::begin()),
        "vae" => Box::new(imagining::LatentMap::new(1)),
        "dcgan" => Box::new(imagining::Forger::new(1)),
        "ddpm" => Box::new(imagining::Diffusion::new(5)),
        "gcn" => Box::new(frontier::Neighbours::new(1)),
        "bitnet" => Box::new(frontier::Ternary::new(1)),
        _ => return None,
    })
}

/// The one line under the little figure.
pub fn caption(slug: &str) -> &'static str {
    match slug {
        "perceptron" => "A point on the wrong side is ringed: it turned the line.",
        "adaline" => "Down the exact bowl of squared error, near the fastest rate that still arrives.",
        "mlp" => "Four hidden units learn XOR, here and now.",
        "hopfield" => "A fifth of 64 units is flipped; three letters are known.",
        "lenet" => "Nine products a place: the filter answers where it fits.",
        "alexnet" => "Far out, tanh lets no error back. ReLU does, on one side.",
        "resnet" => "The same random layers: one road only through, one also around.",
        "unet" => "Pooled to 36 cells it knows what; over the bridge it knows where.",
        "faster-rcnn" => "Every box here is scored by its contrast, then doubles go.",
        "yolo" => "A cell answers for one bird. Red ones share a cell and are missed.",
        "rnn" => "Two runs, one heard a first word. What differs is all it remembers.",
        "lstm" => "The cell takes in only what is marked, and then holds it.",
        "seq2seq-attention" => "Toy vectors, real softmax. Blue and bird change places.",
        "transformer" => "Toy vectors, real softmax: all pairs at once, one lit in turn.",
        "bert" => "It has read sixteen sentences, and counts. Both sides know more than one.",
        "vae" => "Between the clouds it draws what is near, mixed: blur.",
        "dcgan" => "The forger has two numbers to learn; the judge has three.",
        "ddpm" => "Ninety points of noise, led back by the exact denoiser of 48.",
        "gcn" => "Each layer averages neighbours. A few help; many wash out.",
        "bitnet" => "120 weights, divided by their mean size and rounded.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curriculum::CURRICULUM;

    #[test]
    fn every_network_has_a_figure_that_moves_and_a_line() {
        for network in &CURRICULUM {
            assert!(!caption(network.slug).is_empty(), "{}", network.slug);
            let Some(mut figure) = figure(network.slug) else { panic!("{} has no figure", network.slug) };
            let first = figure.draw();
            let moved = (0..20).any(|_| {
                figure.step();
                figure.draw() != first
            });
            assert!(moved, "{} stands still for its first second", network.slug);
        }
    }

    #[test]
    fn figures_tell_the_same_story_on_every_visit() {
        for network in &CURRICULUM {
            let run = || {
                figure(network.slug).map(|mut figure| {
                    (0..300).for_each(|_| figure.step());
                    figure.draw()
                })
            };
            assert!(run() == run(), "{}", network.slug);
        }
    }
}
