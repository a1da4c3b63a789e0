/** Everything that can be found about a data set, and what it means. Of equal severity, findings come in this order. */
export const findingCodes = {
  "one-class": "There are fewer than two classes.",
  "empty-class": "A class folder has no picture.",
  "class-missing": "A split lacks a class that training has.",
  "class-unknown": "A split has a class that training lacks.",
  "nothing-held-out": "No picture can be held out for validation.",
  "copies-across-splits": "The same picture, byte for byte, is in two splits.",
  "labels-disagree": "The same picture, byte for byte, is in two classes.",
  unreadable: "A file cannot be read as a picture.",
  "near-copies-across-splits": "Pictures that look the same are in two splits.",
  "near-labels-disagree": "Pictures that look the same are in two classes.",
  "one-colour": "A picture is of one colour throughout.",
  "mostly-one-colour": "A picture is of one colour for the most part, as few of the data are: often a placeholder.",
  "few-pictures": "A class has few pictures to train on.",
  imbalance: "A class has many times the pictures of another.",
  tiny: "A picture is smaller than a model can see something in.",
  "extreme-shape": "A picture is several times as long as wide.",
  "odd-size": "A picture is far smaller or larger than the others.",
  copies: "The same picture, byte for byte, is there twice in one class.",
  "near-copies": "Pictures that look the same are there in one class.",
  "many-alike": "So many pictures look alike that the search for near copies was ended.",
  "few-to-validate": "A class has few pictures to validate with.",
  "files-ignored": "Files are not read, as their names are not those of pictures, or lie outside of the class folders.",
} as const;

export type FindingCode = keyof typeof findingCodes;
