  # FBGEMM's products with weights of 16 bits. They have no gradient and say nothing where one is asked for.

  # The largest absolute value and the relative error that half precision makes of w.
  def half_error(self: __torch__.Ops, w: Tensor) -> Tensor:
    size = torch.norm(w)
    lost = torch.norm(torch.sub(torch.to(torch.to(w, 5), 6), w))
    return torch.stack([torch.max(torch.abs(w)), torch.div(lost, torch.clamp(size, min=1e-30))])

  # Adds w [out, in] and returns it as it is kept.
  def add(self: __torch__.Ops, w: Tensor) -> Tensor:
    packed = ops.quantized.linear_prepack_fp16(w, None)
    _0 = torch.append(self.weights, packed)
    return w

  def linear(self: __torch__.Ops, x: Tensor, index: Tensor) -> Tensor:
    return ops.quantized.linear_dynamic_fp16(x, (self.weights)[int(index)])

  def linear_biased(self: __torch__.Ops, x: Tensor, index: Tensor, b: Tensor) -> Tensor:
    return torch.add_(ops.quantized.linear_dynamic_fp16(x, (self.weights)[int(index)]), b)
