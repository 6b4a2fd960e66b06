/** Environment in which ONNX Runtime finds the software WebGPU adapter that every Electron ships (Vulkan, Linux). */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'

/**
 * @param {string} electronDist folder of an Electron's files
 * @returns {Record<string, string>} empty where it has no such adapter, or where a real one should be used
 */
export function softwareWebgpu(electronDist) {
  const driver = path.join(electronDist, 'vk_swiftshader_icd.json')
  const loader = path.join(electronDist, 'libvulkan.so.1')
  if (process.platform !== 'linux' || !fs.existsSync(driver) || !fs.existsSync(loader)) return {}
  const libraries = [electronDist, process.env['LD_LIBRARY_PATH']].filter((folder) => folder !== undefined)
  return { NERN_WEBGPU_ICD: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries.join(':') }
}
