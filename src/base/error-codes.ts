/** Every error code with the sentence that explains it. The one list: an unknown code does not compile. */
export const errorCodes = {
  // usage
  "bad-option": "An option has a value outside of its range, or its name is unknown.",
  // graph
  "bad-graph": "The graph contradicts itself: a dangling name, a cycle, or inputs that an op does not take.",
  "bad-shape": "Shapes that an op cannot combine, or a shape that must be known and is not.",
  "unknown-op": "The graph uses an op that Regraft does not know.",
  "unsupported-opset": "The model's opset is older or newer than what Regraft reads.",
  "unsupported-attribute": "An op carries an attribute value that Regraft does not handle.",
  "no-gradient": "A node in the part to be trained has no gradient rule.",
  "no-head": "No classifier was found at the end of the graph.",
  "no-feature-map": "The model keeps no map of the picture's places, or the node named gives none.",
  "no-such-node": "A node was named that the graph does not have.",
  "nothing-to-train": "No weight of the graph is trainable.",
  "no-adapter": "There is no low-rank adapter, or a layer cannot have one.",
  // model
  "not-onnx": "The file is not an ONNX model, or it is cut off.",
  "unsupported-model":
    "The model uses a part of ONNX that Regraft does not read: a data type, a storage or a construct.",
  "no-external-data": "A file is missing that the model keeps weights in.",
  "bad-external-data":
    "The model keeps weights in a file that lies outside of its folder, or that is not as long as it should be.",
  "too-large": "The model takes more memory than the machine has.",
  "no-model": "There is no model at the place named.",
  "bad-model-folder": "A file of the model folder is missing or does not hold what it should.",
  "bad-adapter": "The adapter's tensors are incomplete, or do not fit the base model.",
  "no-preprocessing": "The model does not say how its pictures are to be prepared.",
  "fixed-batch": "The model is made for one size of batch, and cannot be opened for others.",
  "not-an-image-model": "The model's input is not a picture tensor.",
  "unknown-network": "The network's architecture is none that Regraft builds.",
  "bad-weights":
    "Stored weights are not those of the network: one is missing, has another shape, or belongs to no layer.",
  "bad-safetensors": "The file is not safetensors, or it is cut off.",
  "bad-keras": "The file is not a model of Keras or TensorFlow.js, or it is cut off.",
  "unsupported-layer": "The Keras model has a layer, or an option of one, that Regraft does not translate.",
  // data
  "no-such-folder": "The folder does not exist.",
  "no-such-file": "The file does not exist.",
  "one-class": "The data set has fewer than two classes.",
  "empty-class": "A class has no picture.",
  "class-mismatch": "Two parts of the data do not have the same classes.",
  "shared-pictures": "The same file is in the training and in the validation pictures.",
  "unreadable-image": "A picture cannot be read or decoded.",
  "image-too-small": "A picture is smaller than what is cut out of it.",
  "too-many-bad-images": "More pictures are unreadable than allowed.",
  "no-images": "No readable picture was found.",
  // training
  "not-compiled": "fit, evaluate or save was called before compile.",
  "batch-too-small": "A batch has too few pictures for its BatchNormalization in training mode.",
  "nan-loss": "The loss is not a finite number.",
  interrupted: "The run was stopped from outside.",
  "bad-checkpoint": "A checkpoint is cut off or was changed, or does not belong to the run.",
  "cannot-resume": "A run cannot be gone on with: it is finished, or what it was trained on has changed.",
  // hub
  "no-such-repo": "The hub has no such repository, revision or file, or does not show it to you.",
  "no-such-address": "There is nothing at the address.",
  "access-denied": "The repository or the address is for some people only.",
  offline: "The model is not on this machine, and the network is not to be used.",
  unreachable: "The hub, or where it leads, cannot be reached or does not answer as it should.",
  "bad-download": "What was fetched is not what the hub says it is.",
  // host
  "engine-failed": "onnxruntime refused the model or failed while running it.",
  "out-of-memory": "The machine has not as much memory as was needed.",
  "not-ours": "What would be taken away was put there by another program.",
  "run-exists": "The run folder exists already.",
  "in-use": "Another process, or another call of this one, is writing there.",
  "no-run": "The folder is not a run folder.",
  "disk-full": "A file could not be written: the disk is full.",
  "write-failed": "A file could not be written.",
  "read-failed": "A file could not be read.",
} as const;

export type ErrorCode = keyof typeof errorCodes;
