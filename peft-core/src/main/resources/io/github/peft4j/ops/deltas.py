  # What methods add to a linear layer: x [..., in], y [..., out].

  # Shared a [r, in] and b [out, r] are frozen; d [r] and o [out] weigh what they give.
  def vera_delta(self: __torch__.Ops, x: Tensor, a: Tensor, b: Tensor, d: Tensor, o: Tensor, scale: Tensor) -> Tensor:
    low = torch.mul(torch.linear(x, a), d)
    return torch.mul(torch.mul(torch.linear(low, b), o), float(scale))

  def vera_add(self: __torch__.Ops, y: Tensor, x: Tensor, a: Tensor, b: Tensor, d: Tensor, o: Tensor, scale: Tensor) -> Tensor:
    low = torch.mul(torch.linear(x, a), d)
    return torch.addcmul(y, torch.linear(low, b), o, value=float(scale))

  def vera_weight(self: __torch__.Ops, a: Tensor, b: Tensor, d: Tensor, o: Tensor, scale: Tensor) -> Tensor:
    change = torch.matmul(torch.mul(b, o.unsqueeze(1)), torch.mul(a, d.unsqueeze(1)))
    return torch.mul(change, float(scale))
