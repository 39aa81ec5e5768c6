import type { Device } from '../../src/gpu/device.ts';
import type { GpuTensor } from '../../src/runtime/gpu-tensor.ts';
import { unpackOutput } from '../../src/runtime/host-io.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** The host's copy of a tensor on the device. */
export async function readTensor(device: Device, { buffer, type }: GpuTensor): Promise<Tensor> {
  const { gpuDevice } = device;
  const staging = gpuDevice.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = gpuDevice.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  gpuDevice.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const tensor = unpackOutput(type, staging.getMappedRange(), 0);
  staging.destroy();
  return tensor;
}
