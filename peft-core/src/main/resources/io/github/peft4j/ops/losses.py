  # Mean losses. Labels that equal ignore do not count.

  def cross_entropy(self: __torch__.Ops, logits: Tensor, labels: Tensor, ignore: Tensor) -> Tensor:
    return torch.cross_entropy_loss(logits, labels, None, 1, int(ignore), 0.)

  def bce_with_logits(self: __torch__.Ops, logits: Tensor, labels: Tensor) -> Tensor:
    return torch.binary_cross_entropy_with_logits(logits, labels, None, None, 1)

  def mse(self: __torch__.Ops, x: Tensor, labels: Tensor) -> Tensor:
    return torch.mse_loss(x, labels, 1)
