// Transfer learning step by step, as a Keras tutorial tells it. Run it with a model folder, a folder of pictures
// (train/<class>/*, val/<class>/*, or just <class>/*) and a folder to save to:
//
//     npm run tutorial -- <model> <pictures> my-model
//
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  adam,
  binaryCrossEntropy,
  type Callback,
  dense,
  dropout,
  graft,
  imageFolder,
  loadBase,
  loadModel,
} from "regraft";

export interface TutorialOptions {
  /** A pre-trained classifier: a folder as on the Hugging Face Hub, or an .onnx file. */
  readonly model: string;
  /** Pictures of two classes. */
  readonly data: string;
  /** Where the new model goes. */
  readonly out: string;
  /** Epochs for the new layers, and then as many again for all of it. */
  readonly epochs?: number;
}

export async function main({ model: path, data, out, epochs = 10 }: TutorialOptions) {
  // 1. Load a model that somebody trained on a million pictures, without its last layer, the classifier. What is left
  //    turns a picture into features. It is frozen: it knows enough already, and new layers would only confuse it.
  const base = await loadBase(path, { trainable: false });
  console.log(`Base: ${base.features.size} features, taken before ${base.features.end}`);

  // 2. Point at the pictures. They are resized and scaled as the base expects them, which its own files say.
  const { train, val } = await imageFolder(data);
  if (train.classes.length !== 2)
    throw new Error(`This tutorial tells two classes apart; ${data} has ${train.classes.length}.`);
  console.log(`Data: ${train.size} pictures to learn from, ${val.size} to judge by: ${train.classes.join(" or ")}`);
  console.log(`Prepared as ${base.preprocessingSource} says: mean ${base.preprocessing.mean.join(", ")}`);

  // 3. Put new layers on top. One number is enough for two classes: above zero it is the second one. Dropout hides a
  //    fifth of the features at random in each step, so that the head does not rely on any single one.
  const model = graft(base, [dropout(0.2), dense(1)]);

  // 4. Say how to learn: who moves the weights, how wrong an answer is, and what to report along the way.
  model.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: binaryCrossEntropy(), metrics: ["accuracy"] });

  // 5. Train the new layers. Since the base does not change, every picture goes through it only once.
  await model.fit(train, { epochs, validation: val, callbacks: [tell] });

  // 6. Now let the base learn too, in small steps that polish what it knows instead of wiping it out. To train only
  //    its end, name the layer to start from: model.unfreeze({ from: "..." }). The epochs are counted on.
  model.unfreeze();
  model.compile({ optimizer: adam({ learningRate: 1e-5 }), loss: binaryCrossEntropy(), metrics: ["accuracy"] });
  await model.fit(train, { epochs: 2 * epochs, initialEpoch: epochs, validation: val, callbacks: [tell] });

  // 7. See how good it is, ask it about a picture, save it. What is saved is a plain ONNX model: it runs wherever
  //    onnxruntime does, without Regraft. Here it is loaded again, as another program would.
  const { metrics } = await model.evaluate(val);
  console.log(`Accuracy: ${percent(metrics.accuracy)}`);
  const picture = await val.load(0);
  const [before] = await model.predict([picture]);
  await model.save(out, { overwrite: true, metrics });

  const saved = await loadModel(out);
  const [after] = await saved.predict([picture]);
  await saved.close();
  console.log(
    `${val.name(0)}: ${before?.label}, ${percent(before?.score)}; loaded again: ${after?.label}, ${percent(after?.score)}`,
  );
  return { accuracy: metrics.accuracy, history: model.history, before, after };
}

/** Hears what happens during a fit, and tells of each epoch. */
const tell: Callback = (event) => {
  if (event.type !== "epoch") return;
  const { epoch, loss, valLoss, valMetrics } = event;
  console.log(
    `Epoch ${epoch}: loss ${loss.toFixed(4)}, val loss ${valLoss?.toFixed(4)}, ${percent(valMetrics?.accuracy)}`,
  );
};

const percent = (share = Number.NaN): string => `${(100 * share).toFixed(1)}%`;

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [model, data, out = "tutorial-model"] = process.argv.slice(2);
  if (model !== undefined && data !== undefined) await main({ model, data, out });
  else console.log("npm run tutorial -- <model folder> <folder of pictures> [<folder to save to>]");
}
