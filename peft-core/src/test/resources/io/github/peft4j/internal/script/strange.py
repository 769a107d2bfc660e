  # For tests of the gateway alone.

  def halve(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.to(x, 15)

  def halve_second(self: __torch__.Ops, x: Tensor) -> Tuple[Tensor, Tensor]:
    return (torch.mul(x, x), torch.to(x, 15))

  def times(self: __torch__.Ops, x: Tensor, factor: Tensor) -> Tensor:
    return torch.mul(x, float(factor))

