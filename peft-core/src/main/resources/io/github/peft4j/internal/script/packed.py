  # FBGEMM's products with weights of 16 bits. They have no gradient and say nothing where one is asked for.

  # The largest absolute value and the relative error that half precision makes of w.
  def half_error(self: __torch__.Ops, w: Tensor) -> Tensor:
    size = torch.norm(w)
    lost = torch.norm(torch.sub(torch.to(torch.to(w, 5), 6), w))
    return torch.stack([torch.max(torch.abs(w)), torch.div(lost, torch.clamp(size, min=1e-30))])

  # Makes places for packed weights, so that several threads can fill them; like is any weight.
  def reserve(self: __torch__.Ops, like: Tensor, places: Tensor) -> Tensor:
    for i in range(int(places)):
      _0 = torch.append(self.weights, ops.quantized.linear_prepack_fp16(torch.zeros([1, 1]), None))
    return like

  # Packs w [out, in] into a place, and returns w.
  def pack(self: __torch__.Ops, w: Tensor, place: Tensor) -> Tensor:
    _0 = torch._set_item(self.weights, int(place), ops.quantized.linear_prepack_fp16(w, None))
    return w

  def linear(self: __torch__.Ops, x: Tensor, index: Tensor) -> Tensor:
    return ops.quantized.linear_dynamic_fp16(x, (self.weights)[int(index)])

  def linear_biased(self: __torch__.Ops, x: Tensor, index: Tensor, b: Tensor) -> Tensor:
    return torch.add_(ops.quantized.linear_dynamic_fp16(x, (self.weights)[int(index)]), b)
