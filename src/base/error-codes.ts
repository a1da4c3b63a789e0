/** The classes of errors, as `errors.ts` has them, each with whose business it is. */
export const errorClasses = {
  UsageError: "A wrong option or flag: the command or the call is to be changed.",
  GraphError: "The graph of a model: what can be read, rewritten, differentiated or trained in it.",
  ModelError: "A model's file or folder, and what it says of itself.",
  DataError: "Pictures, folders of pictures, labels.",
  TrainingError: "A training, or what is asked of one.",
  HostError: "The machine: disk, memory, network, engine.",
  Error: "Anything that Regraft did not foresee.",
} as const;

export type ErrorClass = keyof typeof errorClasses;

/** What there is to say of an error code. */
interface ErrorAccount {
  /** The class of the errors that have this code, and no other class has it. */
  readonly class: ErrorClass;
  /** What is wrong. */
  readonly what: string;
  /** What brings it about. */
  readonly when: string;
  /** What can be done about it. */
  readonly todo: string;
}

/**
 * Every error code. The one list: an unknown code does not compile, nor does a class with another class' code. From it comes
 * docs/errors.md (`npm run docs:errors`).
 */
export const errorCodes = {
  // usage
  "bad-option": {
    class: "UsageError",
    what: "An option has a value outside of its range, or its name is unknown.",
    when:
      "A flag, a command or an option in TypeScript is misspelt, lacks its value, has one that it does not take, or makes no " +
      "sense beside another one.",
    todo: "Read which one the message names. `regraft <command> --help` lists the flags with their ranges and defaults.",
  },

  // graph
  "bad-graph": {
    class: "GraphError",
    what: "The graph contradicts itself: a dangling name, a cycle, or inputs that an op does not take.",
    when: "A model's file is damaged or was put together wrongly, or a graph built in code is not complete.",
    todo: "Fetch or export the model again; look whether onnxruntime loads it.",
  },
  "bad-shape": {
    class: "GraphError",
    what: "Shapes that an op cannot combine, or a shape that must be known and is not.",
    when:
      "The model leaves the height or width of its pictures open, is damaged, or is given tensors of another shape than " +
      "it asks for.",
    todo:
      "Export the model with a fixed height and width; only the batch may stay open. `regraft inspect <model>` shows the " +
      "shapes.",
  },
  "unknown-op": {
    class: "GraphError",
    what: "The graph uses an op that Regraft does not know.",
    when: "The model has an op of its exporter's or its author's own, or one that is newer than Regraft.",
    todo: "Export the model with ops of ONNX alone, best for inference, at the opset that the hint names.",
  },
  "unsupported-attribute": {
    class: "GraphError",
    what: "An op carries an attribute value that Regraft does not handle.",
    when: "A node is set to something rare, is in training mode, or was written for another opset than the model tells.",
    todo: "Export the model for inference (eval mode), at a newer opset.",
  },
  "no-gradient": {
    class: "GraphError",
    what: "A node in the part to be trained has no gradient rule.",
    when: "What is unfrozen, or lies behind the map to explain by, goes through an op that Regraft cannot differentiate.",
    todo:
      "Freeze everything up to that node (`--unfreeze <node behind it>`), or train the head alone: `--unfreeze none`. " +
      "`regraft doctor <model>` tells how far down a model can be trained.",
  },
  "no-head": {
    class: "GraphError",
    what: "No classifier was found at the end of the graph.",
    when: "What is in front of the output is no layer that multiplies features with constant weights.",
    todo:
      "Name the classifier's node, `--head-at <node>` (`regraft inspect <model> --nodes` lists them), or say that the output " +
      "is features: `--head-at none`.",
  },
  "no-feature-map": {
    class: "GraphError",
    what: "The model keeps no map of the picture's places, or the node named gives none.",
    when: "`regraft explain` is asked about a network that is neither of convolutions nor of patches, or `--at` names such a node.",
    todo: "Leave out `--at`, or name one of the nodes that the hint lists.",
  },
  "no-such-node": {
    class: "GraphError",
    what: "A node was named that the graph does not have.",
    when: "A name in `--unfreeze`, `--head-at`, `--at` or `--lora-targets` is misspelt, or is that of another export of the model.",
    todo: "Take one of the names that the hint lists, or look: `regraft inspect <model> --nodes`.",
  },
  "nothing-to-train": {
    class: "GraphError",
    what: "No weight of the graph is trainable.",
    when: "The base is frozen and there is no new head, or no unfrozen weight reaches the output.",
    todo: "Unfreeze a part of the base, or graft a head on it.",
  },
  "no-adapter": {
    class: "GraphError",
    what: "There is no low-rank adapter, or a layer cannot have one.",
    when: "No layer of the base is a MatMul, Gemm or 1 x 1 Conv, a layer named in `--lora-targets` is none, or an adapter is saved where none was added.",
    todo: "Leave out `--lora`, or name layers that take one. In TypeScript, call `addLora` before `saveAdapter`.",
  },

  // model
  "not-onnx": {
    class: "ModelError",
    what: "The file is not an ONNX model, or it is cut off.",
    when: "A download ended early, the file is of another kind, such as a web page or Git LFS' pointer, or it is damaged.",
    todo: "Fetch or export it again, and compare its size with what it should be.",
  },
  "unsupported-model": {
    class: "ModelError",
    what: "The model uses a part of ONNX that Regraft does not read: a data type, a storage or a construct.",
    when: "It branches when it runs, computes with quantised integers, takes several inputs, or needs a type that Regraft does not compute in.",
    todo: "Take the model as it was before quantisation, or export it for inference, as the hint says.",
  },
  "unsupported-opset": {
    class: "ModelError",
    what: "The model's opset is older or newer than what Regraft reads.",
    when: "The exporter was very old, or newer than this version of Regraft.",
    todo: "Export the model at an opset that the message names.",
  },
  "no-external-data": {
    class: "ModelError",
    what: "A file is missing that the model keeps weights in.",
    when: "A model of several files was moved or downloaded without all of them.",
    todo: "Put the file that the message names beside the model.",
  },
  "bad-external-data": {
    class: "ModelError",
    what: "The model keeps weights in a file that lies outside of its folder, or that is not as long as it should be.",
    when: "A file of weights is cut off or of another model; or somebody made the model to read other files of yours.",
    todo: "Fetch or export the model again, with all of its files, from a place that you trust.",
  },
  "too-large": {
    class: "ModelError",
    what: "The model takes more memory than the machine has, or has more parts than any network.",
    when: "One run with one picture would not fit. Where the sizes are absurd, the file is damaged.",
    todo: "Use smaller pictures, a smaller model, or a machine with more memory.",
  },
  "no-model": {
    class: "ModelError",
    what: "There is no model at the place named.",
    when: "A path or a name is misspelt, or the folder, repository or address holds nothing that Regraft reads.",
    todo: "Check the path. `regraft models` lists the names that are known, and README.md the kinds of files that are read.",
  },
  "bad-model-folder": {
    class: "ModelError",
    what: "A file of the model folder is missing or does not hold what it should.",
    when: "config.json or preprocessor_config.json is damaged, says too little, or asks for something that Regraft does not do.",
    todo: "Download the file that the message names again, complete it, or name a preset: `--preprocessing imagenet`.",
  },
  "bad-adapter": {
    class: "ModelError",
    what: "The adapter's tensors are incomplete, or do not fit the base model.",
    when: "An adapter is put on another base than the one that it was trained on, or a part of its folder is damaged.",
    todo: "Load it on the base that the hint names.",
  },
  "no-preprocessing": {
    class: "ModelError",
    what: "The model does not say how its pictures are to be prepared.",
    when: "An .onnx file comes alone, or what lies beside it leaves the size of pictures open.",
    todo:
      "Put the model's preprocessor_config.json beside it, or name a preset with `--preprocessing`: the one that the model was " +
      "trained with. A wrong one costs accuracy without a word.",
  },
  "fixed-batch": {
    class: "ModelError",
    what: "The model is made for one size of batch, and cannot be opened for others.",
    when: "It was exported with a number in place of the batch, and its rows mix, or it cannot be shown that they do not.",
    todo: "Export it with an open batch: dynamic_axes or dynamic_shapes in PyTorch, None in Keras.",
  },
  "not-an-image-model": {
    class: "ModelError",
    what: "The model's input is not a picture tensor.",
    when: "It takes text, sound or several inputs, or is given pictures of a size that it cannot take.",
    todo: "Take an image classifier, [N, 3, H, W] or [N, H, W, 3]; let its preprocessing make pictures of its size.",
  },
  "unknown-network": {
    class: "ModelError",
    what: "The network's architecture is none that Regraft builds.",
    when: "A file holds weights alone, and is of a network that is not among those that are built here.",
    todo: "Export the whole model, as ONNX or, in Keras, with model.save.",
  },
  "bad-weights": {
    class: "ModelError",
    what: "Stored weights are not those of the network: one is missing, has another shape, or belongs to no layer.",
    when: "The weights and the description are of different models, or the file is damaged.",
    todo: "Fetch both from the same place again.",
  },
  "bad-safetensors": {
    class: "ModelError",
    what: "The file is not safetensors, or it is cut off.",
    when: "A download or a copy ended early, or the file is of another kind.",
    todo: "Fetch it again, and compare its size with what it should be.",
  },
  "bad-keras": {
    class: "ModelError",
    what: "The file is not a model of Keras or TensorFlow.js or an archive of one, or it is cut off, damaged or made to do harm.",
    when: "A download or a copy ended early, an archive lacks a part, or a layer is not described as Keras does it.",
    todo: "Download the file again, or save the model again in Keras.",
  },
  "unsupported-layer": {
    class: "ModelError",
    what: "The Keras model has a layer, or an option of one, that Regraft does not translate.",
    when: "The model has layers of its author's own, or rare ones.",
    todo: "Export the model to ONNX with tf2onnx or Keras' model.export, and name that file.",
  },

  // data
  "no-such-folder": {
    class: "DataError",
    what: "The folder does not exist.",
    when: "A path is misspelt or leads to a file, or a folder of pictures is not laid out as the hint shows.",
    todo: "Check the path. Relative paths start at the folder that the command runs in.",
  },
  "no-such-file": {
    class: "DataError",
    what: "The file does not exist.",
    when: "A path is misspelt, or the file was moved or removed while the command ran.",
    todo: "Check the path.",
  },
  "one-class": {
    class: "DataError",
    what: "The data set has fewer than two classes.",
    when: "The folder named is that of one class, or holds no folders of pictures; or a threshold is chosen on pictures of one class.",
    todo: "Name the folder above the classes' folders, and put at least two in it.",
  },
  "empty-class": {
    class: "DataError",
    what: "A class has no picture.",
    when: "A class folder is empty, or holds nothing but other files and links to pictures of other classes.",
    todo: "Add pictures, or remove the folder. `regraft check <data>` lists what is not read.",
  },
  "class-mismatch": {
    class: "DataError",
    what: "Two parts of the data do not have the same classes.",
    when: "The folders of train and val differ by name, or a model is measured on other classes than it knows.",
    todo: "Give both the same class folders, spelt alike.",
  },
  "shared-pictures": {
    class: "DataError",
    what: "The same file is in the training and in the validation pictures.",
    when: "Links lead from one part to the other. What was trained on is no test.",
    todo: "Remove the links from one side, or hold out a share: `--val 0.2`.",
  },
  "unreadable-image": {
    class: "DataError",
    what: "A picture cannot be read or decoded.",
    when: "The file is cut off, empty, of another kind than its name says, or has too many pixels. In training such pictures are left out and listed.",
    todo: "Replace or remove the file. `regraft check <data>` finds them all.",
  },
  "too-many-bad-images": {
    class: "DataError",
    what: "More pictures are unreadable than allowed.",
    when: "A copy or a download of the data set failed halfway, or a folder holds other files under pictures' names.",
    todo: "Replace or remove the files that the message names, or allow more: `--max-bad-fraction`.",
  },
  "no-images": {
    class: "DataError",
    what: "No readable picture was found.",
    when: "The folder is empty, its pictures are not in a folder per class, none of them can be read, or there are too few to hold some out.",
    todo: "Put pictures into `<data>/<class>/`: JPEG, PNG, WebP, GIF, AVIF or TIFF.",
  },

  // training
  "not-compiled": {
    class: "TrainingError",
    what: "fit, evaluate or save was called before compile.",
    when: "In TypeScript, a model is used before `compile`, after `freeze` or `unfreeze` without compiling again, or before `fit` has seen its classes.",
    todo: "Call `compile`, then `fit`.",
  },
  "batch-too-small": {
    class: "TrainingError",
    what: "A batch has too few pictures for its BatchNormalization in training mode.",
    when: "The last batch of an epoch is left with one picture, and its variance is asked for.",
    todo: "Choose a `--batch` that leaves no picture over, or `--batch-norm frozen`.",
  },
  "nan-loss": {
    class: "TrainingError",
    what: "The loss is not a finite number.",
    when: "The learning rate is too high, or pictures are prepared in another way than the model was trained with. The best model before that is kept where there is one.",
    todo: "Lower `--head-lr` or `--tune-lr`; `regraft lr-find` looks for a rate.",
  },
  interrupted: {
    class: "TrainingError",
    what: "The run was stopped from outside.",
    when: "Ctrl-C, or a signal in TypeScript, came before there was anything to keep. The exit code is 130.",
    todo: "Run it again. A fetch goes on from where it was stopped.",
  },
  "bad-checkpoint": {
    class: "TrainingError",
    what: "A checkpoint is cut off or was changed, or another version of Regraft wrote it.",
    when: "The disk failed or the power went while older systems wrote, a file was copied in part, or Regraft was exchanged.",
    todo: "A run goes on from the checkpoint before it by itself. Where none is left, train anew.",
  },
  "cannot-resume": {
    class: "TrainingError",
    what: "A run cannot be gone on with: it is finished, or what it was trained on has changed.",
    when: "`train --resume` names a run that is over or diverged, or pictures or the base model are others than when it began.",
    todo: "Put back what was there, or train anew with another `--out`.",
  },

  // hub
  "no-such-repo": {
    class: "ModelError",
    what: "The hub has no such repository, revision or file, or does not show it to you.",
    when: "The name behind `hf:` is misspelt, or the repository is private.",
    todo: "Check its spelling on the hub. For a private one, set HF_TOKEN.",
  },
  "no-such-address": {
    class: "ModelError",
    what: "There is nothing at the address.",
    when: "The address is misspelt, the file has moved, or a web page answers in its place.",
    todo: 'Name the address of the file itself: what a "Raw" or "Download" link leads to.',
  },
  "access-denied": {
    class: "HostError",
    what: "The repository or the address is for some people only.",
    when: "There is no token or login, it is not the right one, a licence was not agreed to, or a signed address has expired.",
    todo: "Set HF_TOKEN, agree to the repository's terms on the hub, or get a new address.",
  },
  offline: {
    class: "HostError",
    what: "The model is not on this machine, and the network is not to be used.",
    when: "HF_HUB_OFFLINE is set, and the model was never fetched.",
    todo: "Fetch it once with a network (`regraft models pull`), or name a model on the disk.",
  },
  unreachable: {
    class: "HostError",
    what: "The hub, or where it leads, cannot be reached or does not answer as it should.",
    when: "There is no network, a proxy or a firewall stands between, or the other side is out of order or asks to wait.",
    todo: "Try again later; check HTTPS_PROXY and HF_ENDPOINT where they are set. What came is kept.",
  },
  "bad-download": {
    class: "HostError",
    what: "What was fetched is not what the hub says it is.",
    when: "Its size or its checksum differs: something changed it on its way, or it is another file by now.",
    todo: "Try again. It was not put in its place.",
  },

  // host
  "engine-failed": {
    class: "HostError",
    what: "onnxruntime refused the model or failed while running it.",
    when: "The model has something that the engine does not run, or is given tensors that do not fit; its own words follow.",
    todo: "Look whether the model runs in onnxruntime elsewhere. If it does, report it, with what `--debug` prints.",
  },
  "out-of-memory": {
    class: "HostError",
    what: "The machine has not as much memory as was needed.",
    when: "A batch, a model or its weights do not fit into what is free, or a limit (a container's, `ulimit`'s, Node's own) is lower than that.",
    todo: "Choose a smaller `--batch` or pictures of a smaller size, unfreeze less, or close other programs.",
  },
  "not-installed": {
    class: "HostError",
    what: "A library that Regraft needs cannot be loaded.",
    when:
      "It was installed on another platform or without its optional dependencies, or the system lacks something that it is " +
      "linked with.",
    todo: "Install again on this machine: `npm ci`, without `--omit=optional`. onnxruntime-node and sharp say on which platforms they run.",
  },
  "not-ours": {
    class: "HostError",
    what: "What would be taken away was put there by another program.",
    when: "`regraft models remove` is asked to remove what Python's tools fetched into the cache that they share.",
    todo: "Leave it, or say `--force`.",
  },
  "run-exists": {
    class: "HostError",
    what: "Something stands already where a run, a model or a file is to be written.",
    when: "`--out`, or another path to write to, names what is there. Nothing is replaced unasked; what is no run never is.",
    todo: "Name another place, or pass `--overwrite` where it is a run that may go.",
  },
  "in-use": {
    class: "HostError",
    what: "Another process, or another call of this one, is writing there.",
    when: "Two trainings or comparisons were given the same folder at the same time.",
    todo: "Wait until the other one has ended, or give another `--out`. A process that was killed keeps nothing.",
  },
  "no-run": {
    class: "HostError",
    what: "The folder is not a run folder.",
    when: "A run is named that `regraft train` did not write, or whose files were changed.",
    todo: "Name the folder that `train` named when it was done, `runs/…` where nobody said otherwise.",
  },
  "disk-full": {
    class: "HostError",
    what: "A file could not be written: the disk is full.",
    when: "The disk or a quota has no room left for it. What was there before is untouched.",
    todo: "Make room, or name a folder on another disk.",
  },
  "write-failed": {
    class: "HostError",
    what: "A file could not be written.",
    when: "A permission is missing, the disk is read-only, a file stands where a folder is to be, or another process is writing there.",
    todo: "Do what the hint says, or name another place.",
  },
  "read-failed": {
    class: "HostError",
    what: "A file could not be read.",
    when: "A permission is missing, it is a folder or a device, it changed while it was read, or the disk reports a fault.",
    todo: "Check its permissions with `ls -l`, and that it is a file.",
  },

  // anything else
  unexpected: {
    class: "Error",
    what: "Something happened that Regraft did not foresee: as a rule a mistake in Regraft.",
    when: "An error came up that has no code of its own.",
    todo: "Please report it with the lines that are printed, and with what `--debug` adds: where it came from.",
  },
} as const satisfies Readonly<Record<string, ErrorAccount>>;

export type ErrorCode = keyof typeof errorCodes;

/** The codes of one class of errors. */
export type CodeOf<C extends ErrorClass> = {
  [K in ErrorCode]: (typeof errorCodes)[K]["class"] extends C ? K : never;
}[ErrorCode];
