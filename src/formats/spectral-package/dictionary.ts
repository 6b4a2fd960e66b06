/**
 * What descriptions of spectral packages have in common: zlib's preset dictionary (RFC 1950) for them. That of a ResNet-20
 * takes a third of the bytes with it, which saves 1 % of a file of 55 kB. Part of version 1 of the format (docs/format.md):
 * never changed, whatever becomes of the configuration.
 */
export const descriptionDictionary = [
  '.0.downsample.0.weight","shape":[.0.downsample.1.shortcut.0.weight.shortcut.1features.0.1.conv.classifier.',
  '[64,3,7,7][64,64,1,1][256,64,1,1][128,128,3,3][512,128,1,1][256,256,3,3][1024,256,1,1][512,512,3,3][2048,512,1,1]',
  '{"kind":"float32","name":"{"kind":"integer","bits":8,"bits":6,"coding":"entropy","bytes":640,"name":"fc.weight","shape":',
  '[1000,512]},{"kind":"float16","name":"fc.bias","shape":[1000]}],"name":"linear.weight","shape":[10,64]},"name":"linear.bias"',
  '"running_mean","running_var"],"checksums":{"layers":,"kept.float32":,"kept.float16":,"kept.codes":},',
  '"config":{"version":2,"kind":"spectral","seed":1,"transform":"none","transform":"cosine","size":{"target":"bytes",',
  '"target":"ratio","ratio":15,"bytes":65536,"step":0.03},"rounding":{"rateWeight":0},"correction":{"images":"dataset",',
  '"images":"none","count":256},"layers":"","storage":{"linear":"fine","remainder":"float16"},"distillation":{"steps":0,',
  '"codeRate":0.008,"scaleRate":0.0015,"biasRate":0.0007,"rateWarmupSteps":20,"dataBatch":64,"augmentation":"flip-crop",',
  '"colourJitter":{"brightness":0,"contrast":0,"saturation":0},"mixup":0,"featureMapWeight":0.3,"distillationWeight":4,',
  '"temperature":2,"startBits":3,"descent":0.5,"frozenShare":0.1},"checkpointEverySteps":100},"accuracies":[{"split":"test",',
  '"original":{"correct":,"total":10000},"reconstructed":{"correct":,"split":"validation","total":5000}}]}',
  '{"version":1,"network":{"architecture":"resnet20-cifar-b","classes":1000,"classes":10,"sha256":"',
  '","preprocessing":{"mean":[0.5,0.5,0.5],"standardDeviation":[0.5,0.5,0.5],"resize":256}},"mean":[0.485,0.456,0.406],',
  '"standardDeviation":[0.229,0.224,0.225],"resize":0}},"transform":"cosine","step":0.0,"layers":[{"name":"conv1.weight",',
  '"shape":[16,3,3,3],"folded":{"prefix":"bn1","epsilon":0.00001}},{"name":"layer1.0.conv1.weight","shape":[16,16,3,3],',
  '"folded":{"prefix":"layer1.0.bn1","epsilon":0.00001}},{"name":"layer1.0.conv2.weight","shape":[64,64,3,3],"folded":',
  '{"prefix":"layer1.0.bn2","epsilon":0.00001}},{"name":"layer2.0.conv3.weight","shape":[32,32,3,3],"bias":"',
].join('')
