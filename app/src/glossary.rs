//! The words of the field, one exact sentence each. Plain data without any dependency.

/// A word of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: &'static str,
    /// What it means, in one sentence.
    pub says: &'static str,
    /// The slug of the lesson that shows it.
    pub lesson: &'static str,
    /// The figure of that lesson in which it is seen; empty where the lesson is not there yet.
    pub figure: &'static str,
}

impl Term {
    /// Its place on the page: the word in small letters, with hyphens.
    pub fn id(&self) -> String {
        self.word.to_lowercase().replace(' ', "-")
    }

    /// The letter that it stands under.
    pub fn letter(&self) -> Option<char> {
        self.word.chars().next().map(|letter| letter.to_ascii_uppercase())
    }
}

const fn term(word: &'static str, says: &'static str, lesson: &'static str, figure: &'static str) -> Term {
    Term { word, says, lesson, figure }
}

/// All words, from a to z.
pub static GLOSSARY: [Term; 82] = [
    term("accuracy", "The share of examples that get the right answer.", "mlp", "accuracy"),
    term(
        "activation",
        "What a unit passes on: its weighted sum after the bend has been applied to it.",
        "mlp",
        "hidden-units",
    ),
    term(
        "Adam",
        "An optimiser that gives every weight a step size of its own, from running means of its gradient and of its gradient squared.",
        "mlp",
        "curves",
    ),
    term(
        "attention",
        "A weighted mean of vectors, in which the weights say how well each one answers the question that is asked.",
        "transformer",
        "attention",
    ),
    term(
        "autoencoder",
        "A network that squeezes its input through a few numbers and is taught to give the input back.",
        "vae",
        "clouds",
    ),
    term(
        "backpropagation",
        "The chain rule applied from the loss back to the input, layer by layer, so that every weight gets its share of the error.",
        "mlp",
        "gradients",
    ),
    term("batch", "The examples whose mean gradient makes one step.", "mlp", "curves"),
    term(
        "batch normalisation",
        "Bringing each channel to mean zero and variance one over a batch, then scaling and shifting it by two numbers that are learned.",
        "resnet",
        "",
    ),
    term(
        "bias",
        "A number that is added to a unit’s weighted sum, so that its boundary need not pass through the origin.",
        "perceptron",
        "boundary",
    ),
    term("bounding box", "The rectangle that says where in a picture a thing lies.", "faster-rcnn", ""),
    term(
        "channel",
        "One of the maps that stand side by side in a layer of a convolutional network, or one colour of a picture.",
        "lenet",
        "maps",
    ),
    term(
        "confusion matrix",
        "A table that counts, for each true class, how often each class was answered.",
        "lenet",
        "confusion",
    ),
    term("convergence", "The state in which more steps change nothing that matters any longer.", "adaline", "bowl"),
    term(
        "convolution",
        "The same small set of weights laid over every place of a picture in turn, with one sum for each place.",
        "lenet",
        "window",
    ),
    term(
        "cross-entropy",
        "Minus the logarithm of the probability that the network gave to the right answer, as a mean over the examples.",
        "mlp",
        "curves",
    ),
    term(
        "DDIM",
        "A way to walk a diffusion model back from noise without fresh noise at each step, so that it may skip most steps and the same noise always gives the same picture.",
        "ddpm",
        "reverse",
    ),
    term(
        "dead unit",
        "A unit whose ReLU gives zero for every example, so that no gradient reaches its weights.",
        "lenet",
        "maps",
    ),
    term(
        "decision boundary",
        "The places at which the answer changes from one class to another.",
        "perceptron",
        "boundary",
    ),
    term(
        "diffusion",
        "Adding noise to data step by step, and teaching a network to take it away again.",
        "ddpm",
        "forward",
    ),
    term("discriminator", "The network of a GAN that tells real examples from made ones.", "dcgan", ""),
    term(
        "dropout",
        "Switching off units at random while training, so that no unit can rely on another one.",
        "alexnet",
        "dropout",
    ),
    term(
        "embedding",
        "A vector that stands for a word, a node or a picture, placed so that like things lie near each other.",
        "bert",
        "",
    ),
    term(
        "encoder",
        "The part of a network that turns its input into the vectors on which the rest works.",
        "vae",
        "clouds",
    ),
    term(
        "energy",
        "A number that every state of a Hopfield network has, and that no update of a single unit can raise.",
        "hopfield",
        "energy",
    ),
    term("epoch", "One pass through all training examples.", "perceptron", "mistakes"),
    term(
        "exploding gradient",
        "A gradient that grows on its way back through layers or time steps until one update ruins the weights.",
        "rnn",
        "",
    ),
    term("feature map", "The answers of one filter at all places of a picture.", "lenet", "maps"),
    term("filter", "The weights that a convolution lays over each place.", "lenet", "filters"),
    term("fine-tuning", "Training a network that was trained before a little further, on another task.", "bert", ""),
    term(
        "forward process",
        "The fixed chain of steps that turns a picture into noise, each of which shrinks it a little and adds a little Gaussian noise.",
        "ddpm",
        "forward",
    ),
    term(
        "Fréchet distance",
        "The distance between two sets of pictures that compares the mean and the covariance of what a network computes from each of them.",
        "ddpm",
        "checkpoints",
    ),
    term("generalisation", "Being right about examples that were not in the training data.", "mlp", "accuracy"),
    term("generator", "The network of a GAN that turns noise into examples.", "dcgan", ""),
    term(
        "Grad-CAM",
        "A coarse map of the places of a picture that raised the score of one class, from the gradients at the last feature maps.",
        "lenet",
        "explained",
    ),
    term(
        "gradient",
        "For every weight, how much the loss would change if that weight grew by a little.",
        "mlp",
        "gradients",
    ),
    term(
        "gradient descent",
        "Moving every weight a small step against its gradient, again and again.",
        "adaline",
        "bowl",
    ),
    term(
        "guidance",
        "Pushing each step of a diffusion model further toward a wish, by stretching the difference between what it predicts with the wish and without it.",
        "ddpm",
        "reverse",
    ),
    term("held-out data", "Examples that the network never learns from, kept to measure it.", "mlp", "accuracy"),
    term("hidden layer", "A layer whose values are neither the input nor the answer.", "mlp", "hidden-units"),
    term("hidden state", "The vector that a recurrent network carries from one time step to the next.", "rnn", ""),
    term(
        "inpainting",
        "Filling the missing part of a picture so that it fits the part that is there.",
        "ddpm",
        "inpaint",
    ),
    term(
        "intersection over union",
        "The area that two boxes share, divided by the area that they cover together.",
        "yolo",
        "",
    ),
    term(
        "KL divergence",
        "How many nats one loses on average by expecting one distribution where another one holds.",
        "vae",
        "kl",
    ),
    term("latent space", "The space of the few numbers to which an encoder reduces its input.", "vae", "map"),
    term("learning rate", "The factor by which the gradient is multiplied to make a step.", "adaline", "bowl"),
    term(
        "linear separability",
        "That one straight line, or one hyperplane, parts two classes without a mistake.",
        "perceptron",
        "boundary",
    ),
    term(
        "local minimum",
        "A place with no lower place right beside it, though there may be one elsewhere.",
        "hopfield",
        "surface",
    ),
    term(
        "loss",
        "The one number that training makes smaller: how wrong the network is on the examples at hand.",
        "mlp",
        "curves",
    ),
    term("mode collapse", "That a generator gives the same few examples whatever noise it gets.", "dcgan", ""),
    term(
        "momentum",
        "Going on in the direction of earlier steps, with each new gradient added to what is left of them.",
        "mlp",
        "curves",
    ),
    term(
        "noise schedule",
        "How much noise each step of the forward process adds, from the first to the last.",
        "ddpm",
        "schedule",
    ),
    term(
        "non-maximum suppression",
        "Keeping the surest of several boxes that overlap much, and dropping the others.",
        "yolo",
        "",
    ),
    term(
        "one-hot vector",
        "A vector with a one at the place of its class and zeros everywhere else.",
        "lenet",
        "confusion",
    ),
    term("optimiser", "The rule that turns gradients into steps.", "mlp", "curves"),
    term("overfitting", "Growing better on the training examples while growing worse on others.", "mlp", "curves"),
    term("parameter", "A number that training changes: a weight or a bias.", "mlp", "weights"),
    term(
        "perplexity",
        "The exponential of the mean cross-entropy per token: among how many equally likely ones the model is in doubt.",
        "transformer",
        "stored-loss",
    ),
    term(
        "pooling",
        "Reducing each small neighbourhood of a map to one number, its largest or its mean.",
        "lenet",
        "maps",
    ),
    term(
        "precision",
        "Of the examples that were called positive, the share that is.",
        "perceptron",
        "precision-recall",
    ),
    term("quantisation", "Storing weights or activations with few bits each.", "bitnet", ""),
    term("recall", "Of the examples that are positive, the share that was found.", "perceptron", "precision-recall"),
    term("receptive field", "The part of the input that can reach one value of a layer.", "lenet", "window"),
    term("ReLU", "A bend that keeps what is positive and gives zero for the rest.", "mlp", "hidden-units"),
    term(
        "residual connection",
        "Adding the input of a block to its output, so that the block only learns the difference.",
        "resnet",
        "",
    ),
    term(
        "reverse process",
        "The learned chain of steps that turns noise into a picture, each of which takes away a little of the noise that the network predicts.",
        "ddpm",
        "reverse",
    ),
    term(
        "ROC curve",
        "The true-positive rate against the false-positive rate, over all thresholds.",
        "perceptron",
        "roc",
    ),
    term(
        "saliency",
        "For each pixel, how much the score of a class would change if the pixel changed a little.",
        "lenet",
        "explained",
    ),
    term(
        "score",
        "The gradient of the logarithm of the data’s density: from any point it leads toward more likely data.",
        "ddpm",
        "field",
    ),
    term(
        "seed",
        "The number from which all chance of a run is computed, so that the same seed gives the same run.",
        "mlp",
        "boundary",
    ),
    term("self-attention", "Attention in which the words of one text ask each other.", "transformer", "attention"),
    term(
        "sigmoid",
        "The S-shaped bend 1 / (1 + e⁻ˣ), which brings any number between zero and one.",
        "mlp",
        "vanishing",
    ),
    term(
        "signal-to-noise ratio",
        "The variance of what is left of a picture divided by the variance of the noise that has been added to it.",
        "ddpm",
        "schedule",
    ),
    term(
        "softmax",
        "Exponentials divided by their sum: it turns any numbers into probabilities that add up to one.",
        "lenet",
        "confusion",
    ),
    term(
        "spurious state",
        "A state in which a Hopfield network comes to rest though nobody stored it.",
        "hopfield",
        "recall",
    ),
    term(
        "stochastic gradient descent",
        "Gradient descent that takes each gradient from a few examples drawn at random.",
        "adaline",
        "curves",
    ),
    term(
        "time embedding",
        "A vector of sines and cosines that tells a network at which step of the diffusion it is.",
        "ddpm",
        "architecture",
    ),
    term(
        "token",
        "The piece of text that counts as one for a network: a letter, part of a word, or a word.",
        "transformer",
        "attention",
    ),
    term(
        "U-Net",
        "A network that shrinks a picture, enlarges it again, and hands what each size looked like across to the way back up.",
        "ddpm",
        "architecture",
    ),
    term(
        "underfitting",
        "Being poor on the training examples themselves, because the network is too small or was trained too little.",
        "mlp",
        "curves",
    ),
    term(
        "vanishing gradient",
        "A gradient that shrinks on its way back until the first layers, or the earliest steps, learn nothing.",
        "mlp",
        "vanishing",
    ),
    term(
        "weight",
        "The factor by which a unit multiplies one of its inputs before it adds them up.",
        "perceptron",
        "boundary",
    ),
    term(
        "weight sharing",
        "Using the same weights at many places, so that they are learned once for all of them.",
        "lenet",
        "window",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{curriculum, lessons::LESSONS};

    #[test]
    fn words_go_from_a_to_z_in_one_sentence_each() {
        let words: Vec<String> = GLOSSARY.iter().map(|term| term.word.to_lowercase()).collect();
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]));
        for term in &GLOSSARY {
            let inner = &term.says[..term.says.len() - 1];
            assert!(term.says.ends_with('.') && !inner.contains(". "), "{}", term.word);
        }
    }

    #[test]
    fn each_word_is_seen_in_a_lesson_and_its_figure() {
        for term in &GLOSSARY {
            assert!(curriculum::find(term.lesson).is_some(), "{}: no lesson {}", term.word, term.lesson);
            if let Some(lesson) = LESSONS.iter().find(|lesson| lesson.slug == term.lesson) {
                let shown = lesson.figures.iter().any(|figure| figure.id == term.figure);
                assert!(shown, "{}: {} has no figure {}", term.word, term.lesson, term.figure);
            }
        }
    }
}
