  # Weights in the 16 bits of their file: w [out, in] (turned: [in, out]) of f16 or bf16, widened for one product.

  def held_part(self: __torch__.Ops, whole: Tensor, first: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    n = int(rows) * int(columns)
    return torch.reshape(torch.narrow(whole, 0, int(first), n), [int(rows), int(columns)])

  def linear_held(self: __torch__.Ops, x: Tensor, w: Tensor, b: Optional[Tensor]=None) -> Tensor:
    return torch.linear(x, torch.to(w, 6), b)

  def linear_held_turned(self: __torch__.Ops, x: Tensor, w: Tensor, b: Optional[Tensor]=None) -> Tensor:
    return torch.linear(x, torch.to(w, 6).t(), b)

  def embedding_held(self: __torch__.Ops, ids: Tensor, w: Tensor) -> Tensor:
    return torch.to(torch.embedding(w, ids), 6)
