  # Decompositions and random tensors.

  def qr(self: __torch__.Ops, x: Tensor) -> Tuple[Tensor, Tensor]:
    q, r = torch.linalg_qr(x, "reduced")
    return (q, r)

  def svd(self: __torch__.Ops, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    u, s, vh = torch.linalg_svd(x, False)
    return (u, s, vh)
