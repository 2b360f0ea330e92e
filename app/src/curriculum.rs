//! The twenty networks of the site: who, when, what each could do and what broke it. Plain data without any dependency,
//! because the builder of the static pages reads this very file too.

/// The six chapters of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Lines, layers and memories: 1958 to 1986.
    Foundations,
    /// Networks that say what a picture shows.
    Seeing,
    /// Networks that say where it is.
    Finding,
    /// Networks that read, and remember what they read.
    Remembering,
    /// Networks that draw what never was.
    Imagining,
    /// Networks on graphs, and networks made small.
    Frontier,
}

impl Part {
    /// All chapters in order.
    pub const ALL: [Self; 6] =
        [Self::Foundations, Self::Seeing, Self::Finding, Self::Remembering, Self::Imagining, Self::Frontier];

    /// The chapter's name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Foundations => "Foundations",
            Self::Seeing => "Seeing",
            Self::Finding => "Finding",
            Self::Remembering => "Remembering and attending",
            Self::Imagining => "Imagining",
            Self::Frontier => "Frontier",
        }
    }

    /// The chapter's number, in Roman figures.
    pub const fn numeral(self) -> &'static str {
        match self {
            Self::Foundations => "I",
            Self::Seeing => "II",
            Self::Finding => "III",
            Self::Remembering => "IV",
            Self::Imagining => "V",
            Self::Frontier => "VI",
        }
    }

    /// The question that the chapter follows, in one sentence.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Foundations => "Can a machine be taught by examples instead of rules?",
            Self::Seeing => "What is in this picture?",
            Self::Finding => "Where in the picture is it, exactly?",
            Self::Remembering => "What did the words before this one say?",
            Self::Imagining => "Can it draw something that was never there?",
            Self::Frontier => "What if the data is a web, or the network must be tiny?",
        }
    }
}

/// One network, and so one lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its place in every link: `/lessons/SLUG`.
    pub slug: &'static str,
    /// Its name as people say it.
    pub name: &'static str,
    /// The year that the lesson counts from (the paper's first appearance, or its conference).
    pub year: u16,
    /// The chapter it belongs to.
    pub part: Part,
    /// Who wrote the paper.
    pub authors: &'static str,
    /// The paper's title.
    pub paper: &'static str,
    /// Where the paper lives: a DOI, or arXiv.
    pub url: &'static str,
    /// The idea, in one sentence.
    pub lede: &'static str,
    /// What it could do, in one sentence.
    pub did: &'static str,
    /// What broke it, in one sentence.
    pub broke: &'static str,
    /// The slug of the lesson that answers what broke it.
    pub next: Option<&'static str>,
    /// What a search engine or a link preview says of the lesson.
    pub description: &'static str,
}

/// The network of that slug, or nothing.
pub fn find(slug: &str) -> Option<&'static Network> {
    CURRICULUM.iter().find(|network| network.slug == slug)
}

/// All twenty, in the order of the lessons.
pub static CURRICULUM: [Network; 20] = [
    Network {
        slug: "perceptron",
        name: "Perceptron",
        year: 1958,
        part: Part::Foundations,
        authors: "Frank Rosenblatt",
        paper: "The perceptron: A probabilistic model for information storage and organization in the brain",
        url: "https://doi.org/10.1037/h0042519",
        lede: "A machine that draws one straight line, and moves it only when it is wrong.",
        did: "It learned to tell cards marked on the left from cards marked on the right, and wherever a line can part the \
              examples it is proved to find one.",
        broke: "Put two points of one kind on one diagonal of a square and two of the other kind on the other: no line parts \
                them, and it corrects itself for ever.",
        next: Some("mlp"),
        description: "Train Rosenblatt’s perceptron of 1958 in your browser: watch one line turn with each mistake, count its \
                      corrections against the bound of the proof, and see XOR defeat it.",
    },
    Network {
        slug: "adaline",
        name: "ADALINE",
        year: 1960,
        part: Part::Foundations,
        authors: "Bernard Widrow, Marcian E. Hoff",
        paper: "Adaptive switching circuits",
        url: "https://doi.org/10.21236/AD0241531",
        lede: "The same line, but it learns from how wrong it is, not only from whether it is wrong.",
        did: "Its rule, least mean squares, went on to cancel echoes on telephone lines and to tune modems, and is still at work.",
        broke: "It is still one line, and because every error counts squared, a single point far away can drag the line off.",
        next: Some("mlp"),
        description: "Watch ADALINE of 1960 roll down its bowl of squared error, push the learning rate past the limit that \
                      theory gives, and compare it with the perceptron on the same points.",
    },
    Network {
        slug: "mlp",
        name: "MLP",
        year: 1986,
        part: Part::Foundations,
        authors: "David E. Rumelhart, Geoffrey E. Hinton, Ronald J. Williams",
        paper: "Learning representations by back-propagating errors",
        url: "https://doi.org/10.1038/323533a0",
        lede: "Layers that bend the plane until one line is enough, taught by sending the error backwards.",
        did: "It learned XOR, symmetry and family trees, and its hidden units found features that nobody had told it of.",
        broke: "It has no idea of space: move a digit a few pixels and it is lost, shuffle all pixels and it does not notice.",
        next: Some("lenet"),
        description: "Build a multi-layer perceptron, train it by backpropagation in your browser on points and digits, see \
                      what every hidden unit learned, and watch it fail when a digit moves.",
    },
    Network {
        slug: "hopfield",
        name: "Hopfield network",
        year: 1982,
        part: Part::Foundations,
        authors: "John J. Hopfield",
        paper: "Neural networks and physical systems with emergent collective computational abilities",
        url: "https://doi.org/10.1073/pnas.79.8.2554",
        lede: "A memory that rolls downhill to the nearest thing it knows.",
        did: "Given a damaged pattern, it completes it, as a smell can bring back a whole afternoon.",
        broke: "Store patterns that are alike, or more than about 0.138 for each unit, and they melt into blends that it was \
                never taught.",
        next: Some("transformer"),
        description: "Store patterns in a Hopfield network of 1982, damage them and watch the energy fall as they come back; \
                      then store too many, or too similar ones, and watch them blend.",
    },
    Network {
        slug: "lenet",
        name: "LeNet-5",
        year: 1998,
        part: Part::Seeing,
        authors: "Yann LeCun, Léon Bottou, Yoshua Bengio, Patrick Haffner",
        paper: "Gradient-based learning applied to document recognition",
        url: "https://doi.org/10.1109/5.726791",
        lede: "One small filter slides over the whole picture, so a stroke is the same stroke wherever it stands.",
        did: "It read handwritten digits with less than one error in a hundred, and several million cheques a day.",
        broke: "It knew small grey digits; photographs needed far more pictures, faster machines and units that go on learning \
                when layers are stacked.",
        next: Some("alexnet"),
        description: "Draw a digit and watch every feature map of LeNet-5 light up, layer by layer; then shift, turn and invert \
                      the digit to find out what convolution buys and what it does not.",
    },
    Network {
        slug: "alexnet",
        name: "AlexNet",
        year: 2012,
        part: Part::Seeing,
        authors: "Alex Krizhevsky, Ilya Sutskever, Geoffrey E. Hinton",
        paper: "ImageNet classification with deep convolutional neural networks",
        url: "https://doi.org/10.1145/3065386",
        lede: "LeNet grown a thousandfold, with units whose gradient does not fade and enough pictures to learn from.",
        did: "It won the ImageNet contest of 2012: the right answer was missing from its five guesses 15.3 % of the time, the \
              runner-up’s 26.2 %.",
        broke: "More layers should see more, yet deeper networks of this kind came out worse, even on the pictures they were \
                trained on.",
        next: Some("resnet"),
        description: "Show a photograph to an AlexNet in your browser, see its colour filters and where it looks, and find out \
                      why ReLU, dropout and many pictures changed the field in 2012.",
    },
    Network {
        slug: "resnet",
        name: "ResNet",
        year: 2015,
        part: Part::Seeing,
        authors: "Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun",
        paper: "Deep Residual Learning for Image Recognition",
        url: "https://arxiv.org/abs/1512.03385",
        lede: "Let each layer only add a correction to what it was given, and a hundred layers can learn.",
        did: "With 152 layers, where earlier winners had 8 to 22, it won the ImageNet contest of 2015.",
        broke: "It shrinks the picture to one answer: it says that there is a cat, but not which pixels are the cat.",
        next: Some("unet"),
        description: "Train a deep plain network and its residual twin side by side in your browser, watch the gradient die in \
                      one and live in the other, and cut residual branches one at a time.",
    },
    Network {
        slug: "unet",
        name: "U-Net",
        year: 2015,
        part: Part::Finding,
        authors: "Olaf Ronneberger, Philipp Fischer, Thomas Brox",
        paper: "U-Net: Convolutional Networks for Biomedical Image Segmentation",
        url: "https://arxiv.org/abs/1505.04597",
        lede: "Go down to see what is there, come up again to say where, with a bridge across at every level.",
        did: "From thirty annotated microscope images it learned to trace the outlines of neurons, and it won the ISBI cell \
              tracking challenge of 2015.",
        broke: "It names pixels, not things: two animals side by side become one blob, and it cannot count them.",
        next: Some("faster-rcnn"),
        description: "Segment photographs pixel by pixel with a U-Net in your browser, switch off each skip connection and see \
                      the edges dissolve.",
    },
    Network {
        slug: "faster-rcnn",
        name: "Faster R-CNN",
        year: 2015,
        part: Part::Finding,
        authors: "Shaoqing Ren, Kaiming He, Ross Girshick, Jian Sun",
        paper: "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks",
        url: "https://arxiv.org/abs/1506.01497",
        lede: "First ask where something might be, then look there and say what it is.",
        did: "It found and named the objects of a photograph more exactly than any detector before it, five photographs a second.",
        broke: "It looks at every picture twice, first for places and then for names, and that was too slow for moving pictures.",
        next: Some("yolo"),
        description: "Follow Faster R-CNN from anchors to objectness, proposals, pooled regions and labelled boxes, in scenes \
                      that you arrange yourself.",
    },
    Network {
        slug: "yolo",
        name: "YOLO",
        year: 2016,
        part: Part::Finding,
        authors: "Joseph Redmon, Santosh Divvala, Ross Girshick, Ali Farhadi",
        paper: "You Only Look Once: Unified, Real-Time Object Detection",
        url: "https://arxiv.org/abs/1506.02640",
        lede: "Look once: every cell of a grid says at the same time what it holds and how large it is.",
        did: "It drew boxes around the things of a scene 45 times a second, fast enough for film.",
        broke: "A cell can name only one kind of thing, so it loses the birds of a flock that its slower rival still finds.",
        next: None,
        description: "See how YOLO reads a scene in one pass: the grid, the responsible cells, the class map and each box \
                      removed by non-maximum suppression; then crowd the scene until it misses.",
    },
    Network {
        slug: "rnn",
        name: "RNN",
        year: 1990,
        part: Part::Remembering,
        authors: "Jeffrey L. Elman",
        paper: "Finding Structure in Time",
        url: "https://doi.org/10.1207/s15516709cog1402_1",
        lede: "A network that reads one word at a time and hears its own last thought.",
        did: "Asked only to guess the next word of small sentences, it sorted the words by itself into nouns and verbs, the \
              living and the lifeless.",
        broke: "What it read a while ago fades at each step, and so does the error that should teach it to remember.",
        next: Some("lstm"),
        description: "Train Elman’s recurrent network in your browser to copy what it read some steps ago, lengthen the delay \
                      and watch the memory, and the gradient, fade.",
    },
    Network {
        slug: "lstm",
        name: "LSTM",
        year: 1997,
        part: Part::Remembering,
        authors: "Sepp Hochreiter, Jürgen Schmidhuber",
        paper: "Long Short-Term Memory",
        url: "https://doi.org/10.1162/neco.1997.9.8.1735",
        lede: "A memory cell behind gates that decide what to write, what to keep and what to tell.",
        did: "It learned to connect events more than a thousand steps apart, and later wrote captions and read reviews.",
        broke: "To translate, it must press a whole sentence, short or long, into one vector of fixed length.",
        next: Some("seq2seq-attention"),
        description: "Race an LSTM, a GRU and a plain RNN on the same memory task, then type a film review and watch every \
                      gate open and close word by word.",
    },
    Network {
        slug: "seq2seq-attention",
        name: "Seq2seq with attention",
        year: 2014,
        part: Part::Remembering,
        authors: "Dzmitry Bahdanau, Kyunghyun Cho, Yoshua Bengio",
        paper: "Neural Machine Translation by Jointly Learning to Align and Translate",
        url: "https://arxiv.org/abs/1409.0473",
        lede: "Rather than remember the whole sentence, look back at it while speaking, word by word.",
        did: "It translated English into French about as well as the phrase tables of its day, and long sentences no longer \
              fell apart.",
        broke: "It still reads and speaks one step after another, so a machine that can do thousands of things at once waits.",
        next: Some("transformer"),
        description: "Type a sentence, watch attention build the French one word by word, and compare a translator with \
                      attention and one without as sentences grow.",
    },
    Network {
        slug: "transformer",
        name: "Transformer",
        year: 2017,
        part: Part::Remembering,
        authors: "Ashish Vaswani, Noam Shazeer, Niki Parmar, Jakob Uszkoreit, Llion Jones, Aidan N. Gomez, Łukasz Kaiser, Illia \
                  Polosukhin",
        paper: "Attention Is All You Need",
        url: "https://arxiv.org/abs/1706.03762",
        lede: "Every word looks at every other word, all at once, layer upon layer.",
        did: "It translated better than all before it after three and a half days of training on eight processors.",
        broke: "Its cost grows with the square of the length, and each new task still had to be learned from nothing.",
        next: Some("bert"),
        description: "Train a small Transformer in your browser to sort and reverse, watch its heads become readable, follow \
                      one query through keys and values, and switch heads off.",
    },
    Network {
        slug: "bert",
        name: "BERT",
        year: 2018,
        part: Part::Remembering,
        authors: "Jacob Devlin, Ming-Wei Chang, Kenton Lee, Kristina Toutanova",
        paper: "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        url: "https://arxiv.org/abs/1810.04805",
        lede: "Hide a word, guess it from both sides, and learn a language on the way.",
        did: "Trained once on plain text and then adapted a little, it set the best mark on eleven language tasks.",
        broke: "A single “not” or a slip of the keyboard can still mislead it, and even its smaller form carries 110 million weights.",
        next: Some("bitnet"),
        description: "Fill in blanks with a BERT that runs in your browser, see the bank of a river and the bank of money part \
                      in its space, and test what attention does not explain.",
    },
    Network {
        slug: "vae",
        name: "VAE",
        year: 2013,
        part: Part::Imagining,
        authors: "Diederik P. Kingma, Max Welling",
        paper: "Auto-Encoding Variational Bayes",
        url: "https://arxiv.org/abs/1312.6114",
        lede: "Press each picture into a small cloud of numbers, and learn to draw from any point of it.",
        did: "It laid digits and faces out on a smooth map without being told what they were, and drew new ones in between.",
        broke: "Where it is unsure it draws the average of all that could be, and averages are blurred.",
        next: Some("dcgan"),
        description: "Train a variational autoencoder on clothes and digits in your browser, watch its map of pictures unfold, \
                      drag a point across it, and find where it blurs.",
    },
    Network {
        slug: "dcgan",
        name: "DCGAN",
        year: 2015,
        part: Part::Imagining,
        authors: "Alec Radford, Luke Metz, Soumith Chintala",
        paper: "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
        url: "https://arxiv.org/abs/1511.06434",
        lede: "One network forges pictures, another learns to tell forged from real, and each teaches the other.",
        did: "It painted bedrooms and faces, and one could add and subtract in its space: a smile could be carried from one face \
              to another.",
        broke: "A duel need not end well: one side may win outright, or the forger repeats the few pictures that pass.",
        next: Some("ddpm"),
        description: "Train a generator and a discriminator against each other in your browser, tell balance from victory and \
                      from mode collapse, and walk between two faces.",
    },
    Network {
        slug: "ddpm",
        name: "DDPM",
        year: 2020,
        part: Part::Imagining,
        authors: "Jonathan Ho, Ajay Jain, Pieter Abbeel",
        paper: "Denoising Diffusion Probabilistic Models",
        url: "https://arxiv.org/abs/2006.11239",
        lede: "Ruin pictures with noise step by step, learn to undo one step, then begin with noise alone.",
        did: "Without any duel it drew pictures as sharp as the best of the forgers, and seldom left a kind of picture out.",
        broke: "Every picture takes a thousand passes through the network, where a forger needs one.",
        next: None,
        description: "Scrub through denoising step by step in your browser, bend the noise schedule, guide the result toward a \
                      class, and see what too few steps cost.",
    },
    Network {
        slug: "gcn",
        name: "GCN",
        year: 2016,
        part: Part::Frontier,
        authors: "Thomas N. Kipf, Max Welling",
        paper: "Semi-Supervised Classification with Graph Convolutional Networks",
        url: "https://arxiv.org/abs/1609.02907",
        lede: "Let every node ask its neighbours before it decides.",
        did: "Told the subject of only twenty papers in each field, it named the field of four in five others from who cites whom.",
        broke: "Stack many layers and everybody has asked everybody: all nodes end up alike.",
        next: None,
        description: "Train a graph convolutional network on a citation graph in your browser, follow the messages that reach \
                      one node, and stack layers until all nodes look the same.",
    },
    Network {
        slug: "bitnet",
        name: "BitNet b1.58",
        year: 2024,
        part: Part::Frontier,
        authors: "Shuming Ma, Hongyu Wang, Lingxiao Ma, Lei Wang, Wenhui Wang, Shaohan Huang, Li Dong, Ruiping Wang, Jilong Xue, \
                  Furu Wei",
        paper: "The Era of 1-bit LLMs: All Large Language Models are in 1.58 Bits",
        url: "https://arxiv.org/abs/2402.17764",
        lede: "Weights that are only −1, 0 or +1, so that multiplying becomes adding.",
        did: "At three billion weights it did as well as its full-precision twin with less than a third of the memory.",
        broke: "Smaller models pay with accuracy, and training is no cheaper, for behind each of its weights a full one is kept.",
        next: None,
        description: "Train a network with ternary weights beside its full-precision twin, watch the weights fall into minus \
                      one, zero and one, and compare size, accuracy and the shape of the loss.",
    },
];

impl Network {
    /// The name where there is little room.
    pub fn short_name(&self) -> &'static str {
        match self.slug {
            "hopfield" => "Hopfield",
            "seq2seq-attention" => "Attention",
            "bitnet" => "BitNet",
            _ => self.name,
        }
    }
}
