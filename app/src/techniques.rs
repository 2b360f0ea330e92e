//! The 21 ways of looking into a network, and the patterns they reveal. Plain data without any dependency, like the
//! curriculum.

/// One way of looking: what it answers, how to read it, when it misleads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technique {
    /// Its place in links and in `figure[data-technique]`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The question it answers.
    pub answers: &'static str,
    /// How to read it.
    pub reading: &'static str,
    /// When it misleads.
    pub misleads: &'static str,
    /// The lessons that use it.
    pub lessons: &'static [&'static str],
    /// The figure that shows it on its page; nothing while no lesson with such a figure is open.
    pub shown: Option<Shown>,
}

/// A figure of a lesson, with settings under which it has something to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The lesson.
    pub lesson: &'static str,
    /// The figure's id.
    pub figure: &'static str,
    /// The settings, as the lesson's address holds them.
    pub settings: &'static str,
}

const fn shown(lesson: &'static str, figure: &'static str, settings: &'static str) -> Option<Shown> {
    Some(Shown { lesson, figure, settings })
}

/// Figures that are not on their lesson's page as it begins, with settings under which they are.
pub static ASKED_FOR: [Shown; 4] = [
    Shown { lesson: "perceptron", figure: "weight-picture", settings: "data=digits" },
    Shown { lesson: "adaline", figure: "weight-picture", settings: "data=digits" },
    Shown { lesson: "transformer", figure: "words", settings: "task=translate" },
    Shown { lesson: "transformer", figure: "stored-loss", settings: "task=translate" },
];

/// Two moons that no line parts, and a perceptron that has moved its line often and goes on doing so.
pub const MOONS: &str = "data=moons&step=60";

/// LeNet as it was trained, with few pictures to fetch.
const LENET: &str = "examples=1000&pretrained=1";

/// The VAE as it was trained, with few pictures to fetch.
const VAE: &str = "examples=2000&pretrained=1";

/// The translator that was trained before.
const TRANSLATOR: &str = "task=translate";

/// A pattern with a name: what it looks like, and where it can be made to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Its place in the page.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it looks like in a figure.
    pub looks: &'static str,
    /// The technique that shows it.
    pub technique: &'static str,
    /// The lesson in which it can be made to happen.
    pub lesson: &'static str,
    /// The settings that make it happen, as the lesson's address holds them; nothing while that lesson is not built.
    pub settings: &'static str,
    /// What these settings are, and what to watch then.
    pub watch: &'static str,
}

/// The technique of that id (saliency included), or nothing.
pub fn find(id: &str) -> Option<&'static Technique> {
    TECHNIQUES.iter().chain(core::iter::once(&SALIENCY)).find(|technique| technique.id == id)
}

/// A way of looking of its own that is explained on the page of Grad-CAM, whose figure shows it too.
pub static SALIENCY: Technique = Technique {
    id: "saliency",
    name: "Saliency",
    answers: "Which single pixels would change the answer most if they changed a little?",
    reading: "Bright pixels have a large gradient of the class’s score. Look for whether they lie on the thing or beside it.",
    misleads: "A large gradient says how sensitive the score is here, not what the network relied on. Some prettier variants look \
               almost the same when the network’s weights are random, so compare with random weights first.",
    lessons: &["lenet", "alexnet"],
    shown: None,
};

/// All 21, in the order of their first use.
pub static TECHNIQUES: [Technique; 21] = [
    Technique {
        id: "learning-curves",
        name: "Learning curves",
        answers: "Is it still learning, has it stopped, or is it only learning by heart?",
        reading: "Loss falls and accuracy rises from left to right. Where training goes on improving and held-out data does not, \
                  it began to learn by heart.",
        misleads: "A smoothed curve hides short collapses, a logarithmic axis makes small differences look large, and one seed \
                   is one story out of many.",
        lessons: &[
            "perceptron",
            "adaline",
            "mlp",
            "hopfield",
            "lenet",
            "alexnet",
            "resnet",
            "unet",
            "faster-rcnn",
            "yolo",
            "rnn",
            "lstm",
            "seq2seq-attention",
            "transformer",
            "bert",
            "vae",
            "dcgan",
            "ddpm",
            "gcn",
            "bitnet",
        ],
        shown: shown("mlp", "curves", "data=moons&count=30&noise=0.4&hidden=32-32&opt=adam&rate=0.01&step=1500"),
    },
    Technique {
        id: "decision-boundary",
        name: "Decision boundary",
        answers: "Which answer would it give at every place of the plane, and where does the answer change?",
        reading: "The ground’s colour is the network’s answer and its depth is how sure it is. Points on the wrong ground are its \
                  mistakes.",
        misleads: "Far from all examples the colour is as deep as near them, though nothing was ever learned there. With more \
                   than two inputs the plane is only one slice.",
        lessons: &["perceptron", "adaline", "mlp"],
        shown: shown("perceptron", "boundary", MOONS),
    },
    Technique {
        id: "confusion-matrix",
        name: "Confusion matrix",
        answers: "Which classes does it take for which others?",
        reading: "A row is what the example is, a column what it was called. The diagonal is right; every other cell is one kind \
                  of mistake.",
        misleads: "Counts follow how many examples a class has. A rare class can fail almost always and still look pale.",
        lessons: &["perceptron", "adaline", "mlp", "lenet", "alexnet", "faster-rcnn", "yolo", "lstm", "bert", "gcn"],
        shown: shown("lenet", "confusion", LENET),
    },
    Technique {
        id: "roc-pr",
        name: "ROC and precision–recall",
        answers: "What do I gain and what do I pay when I ask for more certainty before saying yes?",
        reading: "Each point of a curve is one threshold. ROC wants the upper left corner, precision–recall the upper right. The \
                  area is one number for all thresholds.",
        misleads: "With few positives a fine ROC curve can hide a poor precision; look at both. An area says nothing of the \
                   threshold that you will really use.",
        lessons: &["perceptron", "adaline", "faster-rcnn", "yolo", "lstm", "bert"],
        shown: shown("adaline", "roc", "noise=0.6&margin=0&step=400"),
    },
    Technique {
        id: "gradient-flow",
        name: "Gradient flow",
        answers: "Does the error reach every layer, or does it die or explode on its way back?",
        reading: "Each mark is the mean size of one layer’s gradient, on a logarithmic scale. Level marks are healthy; a slope \
                  toward the first layer means that it hardly learns.",
        misleads: "Size is not direction: a large gradient can be noise. Optimisers such as Adam rescale it, so a small one need \
                   not mean slow learning.",
        lessons: &["adaline", "mlp", "lenet", "resnet", "rnn", "lstm", "transformer", "vae", "ddpm"],
        shown: shown("mlp", "gradients", "step=20"),
    },
    Technique {
        id: "weight-histogram",
        name: "Weight histogram",
        answers: "How large are the weights, and how are they spread?",
        reading: "One heap of weights for each layer. Heaps widen while it learns; a spike at zero or weights gone to the rim \
                  deserve a look.",
        misleads: "Two networks with the same histogram can compute entirely different things, for it forgets where each weight sits.",
        lessons: &["perceptron", "adaline", "mlp", "lenet", "transformer", "vae", "ddpm", "bitnet"],
        shown: shown("lenet", "weights", LENET),
    },
    Technique {
        id: "state-reconstruction",
        name: "State reconstruction",
        answers: "How does a damaged state find its way back to a stored one?",
        reading: "Scrub through the updates. Units flip one after another, and the energy beside them may only fall.",
        misleads: "Coming to rest is not the same as being right: it can rest in a blend that nobody stored.",
        lessons: &["hopfield"],
        shown: shown("hopfield", "recall", ""),
    },
    Technique {
        id: "first-layer-filters",
        name: "First-layer filters",
        answers: "What does the network look for first?",
        reading: "Each tile is one filter, drawn as the input that pleases it most. Edges, spots and colour contrasts are what one \
                  finds in a well trained one.",
        misleads: "Only the first layer sees the picture itself. Filters of later layers drawn this way mean little.",
        lessons: &["perceptron", "adaline", "mlp", "lenet", "alexnet", "resnet"],
        shown: shown("lenet", "filters", LENET),
    },
    Technique {
        id: "feature-maps",
        name: "Feature maps",
        answers: "Where in this picture does each filter find what it looks for?",
        reading: "Bright is where the filter answers. Early maps keep the outline; later ones are coarse and speak of parts.",
        misleads: "Each map is usually stretched to its own range, so a bright one may be weaker than a dim one next to it.",
        lessons: &["lenet", "alexnet", "resnet", "unet", "ddpm"],
        shown: shown("lenet", "maps", LENET),
    },
    Technique {
        id: "grad-cam",
        name: "Grad-CAM",
        answers: "Which region of the picture spoke for this class?",
        reading: "The warm region raised the score of the class you chose. Choose another class and see whether it moves.",
        misleads: "It is as coarse as the last feature maps, and it always shows something, even for a class that is not there.",
        lessons: &["lenet", "alexnet", "resnet", "unet"],
        shown: shown("alexnet", "explained", ""),
    },
    Technique {
        id: "loss-landscape",
        name: "Loss landscape",
        answers: "Is the place where training ended a wide valley or a narrow crack?",
        reading: "Height is the loss when the weights are moved along two directions. Compare two networks only at the same scale.",
        misleads: "Two directions out of thousands or millions. Without normalising each filter, a change of scale looks like a change of shape.",
        lessons: &["adaline", "hopfield", "resnet", "gcn", "bitnet"],
        shown: shown("adaline", "bowl", "step=120"),
    },
    Technique {
        id: "segmentation-mask",
        name: "Segmentation mask",
        answers: "Which pixels does it give to which class?",
        reading: "The coloured layer is the network’s answer for every pixel. Where the truth is known, wrong pixels are marked.",
        misleads: "Large areas dominate the count of right pixels, so a missed thin tail costs nothing. Look at overlap for each class.",
        lessons: &["unet"],
        shown: None,
    },
    Technique {
        id: "bounding-boxes",
        name: "Bounding boxes",
        answers: "What did it find, where, and how sure is it?",
        reading: "One box for each thing found, coloured by class, with its confidence. Move the threshold: misses and false alarms trade places.",
        misleads: "What you see is what survived the threshold and the removal of doubles. A missing box may have been found and thrown away.",
        lessons: &["faster-rcnn", "yolo"],
        shown: None,
    },
    Technique {
        id: "hidden-state",
        name: "Hidden state over time",
        answers: "What does it still carry of what it read?",
        reading: "A row is a unit, a column a step. A stripe that lasts is a memory; one that fades is forgetting.",
        misleads: "A unit that seems to mean something may be one of many that carry it together; switching it off may change nothing.",
        lessons: &["rnn", "lstm"],
        shown: None,
    },
    Technique {
        id: "attention-heatmap",
        name: "Attention heat map",
        answers: "Which words does it draw on when it writes or reads this one?",
        reading: "A row is the word that asks, a column the word that is looked at, and each row adds up to one.",
        misleads: "Weight is not influence: a word looked at strongly may carry little, and other weights can give the same answer.",
        lessons: &["seq2seq-attention", "transformer"],
        shown: shown("transformer", "attention", TRANSLATOR),
    },
    Technique {
        id: "attention-views",
        name: "Attention views",
        answers: "What do all heads of all layers do, and how does one of them come to its weights?",
        reading: "From the whole model to one head to one neuron: follow a query through keys and values until the weights make sense.",
        misleads: "Heads that look tidy invite stories. Swap the attention and see whether the answer cares before you believe one.",
        lessons: &["bert"],
        shown: None,
    },
    Technique {
        id: "embedding-projection",
        name: "Embedding projection",
        answers: "What does the network hold to be alike?",
        reading: "Near points are alike for the network. Look at who lives next to whom, and at whether the groups are those you know.",
        misleads: "Hundreds of dimensions do not fit on paper. Distances between groups, their sizes and gaps may be made by the \
                   projection; change its settings and look again.",
        lessons: &["transformer", "bert", "gcn"],
        shown: shown("transformer", "words", TRANSLATOR),
    },
    Technique {
        id: "latent-traversal",
        name: "Latent traversal",
        answers: "What does each direction of the hidden space draw?",
        reading: "Neighbouring pictures differ by a small step. A smooth change means a smooth map; a jump means a border.",
        misleads: "Corners of the map may be places where no example ever landed; what is drawn there is a guess.",
        lessons: &["vae"],
        shown: shown("vae", "map", VAE),
    },
    Technique {
        id: "latent-interpolation",
        name: "Latent interpolation",
        answers: "What lies between two pictures, in the network’s view?",
        reading: "From left to right one picture becomes the other. Every step on the way should itself look possible.",
        misleads: "A cross-fade of two pictures also looks smooth. Look for in-between shapes, not for in-between shades.",
        lessons: &["vae", "dcgan"],
        shown: shown("vae", "between", VAE),
    },
    Technique {
        id: "sample-grid",
        name: "Sample grid",
        answers: "What does it draw when it is free, and how varied is that?",
        reading: "The same noise at every checkpoint: follow one cell through time. Twins in the grid are the first sign of collapse.",
        misleads: "A few dozen pictures show quality but not variety, and a chosen grid shows neither. Ours are not chosen.",
        lessons: &["vae", "dcgan", "ddpm"],
        shown: shown("vae", "samples", VAE),
    },
    Technique {
        id: "denoising",
        name: "Denoising steps",
        answers: "How does a picture come out of noise, and when is what decided?",
        reading: "Scrub from noise to picture. Coarse layout is settled early, edges late.",
        misleads: "What the network predicts half-way is an average over all it still holds possible, not a picture it has in mind.",
        lessons: &["ddpm"],
        shown: shown("ddpm", "reverse", ""),
    },
];

/// The patterns with a name.
pub static PATTERNS: [Pattern; 8] = [
    Pattern {
        id: "overfitting",
        name: "Overfitting",
        looks: "Training goes on improving while held-out loss turns and rises.",
        technique: "learning-curves",
        lesson: "mlp",
        settings: "data=moons&count=30&noise=0.4&hidden=32-32&opt=adam&rate=0.01&step=1500",
        watch: "Thirty noisy points and two layers of 32 units. After 1,500 updates it knows its points by heart, and the held-out curve has long turned upward.",
    },
    Pattern {
        id: "underfitting",
        name: "Underfitting",
        looks: "Both curves level off early, far from good: the network is too small for the task.",
        technique: "learning-curves",
        lesson: "mlp",
        settings: "data=circles&hidden=1&step=3000",
        watch: "One circle inside another, and a single hidden unit. After 3,000 updates both curves lie flat, and no more training will help; more units do.",
    },
    Pattern {
        id: "instability",
        name: "Instability",
        looks: "The loss saws up and down, or runs away: the steps are too long.",
        technique: "learning-curves",
        lesson: "mlp",
        settings: "data=circles&rate=1&step=600",
        watch: "One circle inside another, and twenty times the usual rate. The loss climbs above where it began, again and again.",
    },
    Pattern {
        id: "vanishing",
        name: "Vanishing gradients",
        looks: "Gradients shrink layer by layer toward the input, until the first layers stand still.",
        technique: "gradient-flow",
        lesson: "mlp",
        settings: "data=circles&hidden=8-8-8-8-8-8-8-8-8-8&act=sigmoid&opt=sgd&rate=0.1&step=600",
        watch: "Ten sigmoid layers. After 600 updates the first layer’s gradient is a speck beside the last one’s, and nothing has been learned.",
    },
    Pattern {
        id: "exploding",
        name: "Exploding gradients",
        looks: "Gradients grow, from layer to layer or step by step back in time, until one update throws the weights away.",
        technique: "gradient-flow",
        lesson: "mlp",
        settings: "data=circles&hidden=12-12-12-12-12-12-12-12-12-12&act=relu&opt=sgd&rate=100&step=3",
        watch: "Ten ReLU layers and a rate of 100. The first update makes the gradients of the next one huge; the third leaves the numbers that a computer can hold.",
    },
    Pattern {
        id: "dead-units",
        name: "Dead units",
        looks: "A map that stays dark for every input: its ReLU never opens again.",
        technique: "feature-maps",
        lesson: "lenet",
        settings: "examples=1000&opt=sgd&rate=2&step=60",
        watch: "Plain gradient descent with a rate of 2. Sixty updates are enough to push most maps of C3 below zero for every picture, and there they stay: the crosses mark them.",
    },
    Pattern {
        id: "mode-collapse",
        name: "Mode collapse",
        looks: "Different noise, the same few pictures.",
        technique: "sample-grid",
        lesson: "dcgan",
        settings: "",
        watch: "",
    },
    Pattern {
        id: "over-smoothing",
        name: "Over-smoothing",
        looks: "With every layer more the groups melt, until all nodes share one place.",
        technique: "embedding-projection",
        lesson: "gcn",
        settings: "",
        watch: "",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curriculum;

    #[test]
    fn ids_are_unique_and_lessons_exist() {
        for (index, technique) in TECHNIQUES.iter().enumerate() {
            assert!(TECHNIQUES[index + 1..].iter().all(|other| other.id != technique.id), "{}", technique.id);
            assert!(!technique.lessons.is_empty());
            assert!(technique.lessons.iter().all(|slug| curriculum::find(slug).is_some()), "{}", technique.id);
        }
        assert_eq!(find("saliency").map(|technique| technique.name), Some("Saliency"));
    }

    #[test]
    fn every_pattern_is_shown_by_a_technique_in_a_lesson() {
        for pattern in PATTERNS {
            assert!(find(pattern.technique).is_some() && curriculum::find(pattern.lesson).is_some(), "{}", pattern.id);
            assert_eq!(pattern.settings.is_empty(), pattern.watch.is_empty(), "{}", pattern.id);
        }
    }

    #[test]
    fn the_story_is_whole() {
        let years: Vec<u16> = curriculum::CURRICULUM.iter().map(|network| network.year).collect();
        assert_eq!(years.len(), 20);
        for network in &curriculum::CURRICULUM {
            assert!(network.next.is_none_or(|slug| curriculum::find(slug).is_some()), "{}", network.slug);
            assert!(network.url.starts_with("https://"), "{}", network.slug);
            assert!(network.description.len() <= 220, "{} {}", network.slug, network.description.len());
        }
    }
}
