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

  # The same numbers one after the other, each from a multiple of 64 bytes on.
  def in_one_memory(self: __torch__.Ops, first: Tensor, others: List[Tensor]) -> List[Tensor]:
    parts = annotate(List[Tensor], [first])
    for i in range(len(others)):
      _0 = torch.append(parts, others[i])
    total = 0
    for i in range(len(parts)):
      total = total + (parts[i].numel() + 15) // 16 * 16
    memory = torch.empty([total], dtype=first.dtype, device=first.device)
    shared = annotate(List[Tensor], [])
    start = 0
    for i in range(len(parts)):
      part = torch.narrow(memory, 0, start, parts[i].numel()).reshape(parts[i].size())
      _1 = torch.copy_(part, parts[i])
      _2 = torch.append(shared, torch.detach(part))
      start = start + (parts[i].numel() + 15) // 16 * 16
    return shared
