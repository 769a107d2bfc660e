  # What prompt methods put in front of a text. n rows, H features, B texts.

  # rows [n, H], the same for each text, or [B, n, H], before words [B, S, H].
  def prepend(self: __torch__.Ops, words: Tensor, rows: Tensor) -> Tensor:
    front = torch.type_as(rows, words)
    if front.dim() == 2:
      front = front.unsqueeze(0).expand([words.size(0), -1, -1])
    return torch.cat([front, words], 1)

  # A table [n, K D] cut into K blocks of columns, each [B, n, D], the same for each text.
  def column_blocks(self: __torch__.Ops, table: Tensor, blocks: Tensor, batch: Tensor) -> List[Tensor]:
    count = int(blocks)
    width = table.size(1) // count
    out = annotate(List[Tensor], [])
    i = 0
    while i < count:
      out.append(table.narrow(1, i * width, width).unsqueeze(0).expand([int(batch), -1, -1]))
      i = i + 1
    return out

  # One layer of an LSTM in both directions: x [B, S, F] -> [B, S, 2 h].
  def lstm_layer(self: __torch__.Ops, x: Tensor, wi: Tensor, wh: Tensor, bi: Tensor, bh: Tensor, wi2: Tensor, wh2: Tensor, bi2: Tensor, bh2: Tensor) -> Tensor:
    start = torch.zeros([2, x.size(0), wh.size(1)], dtype=x.dtype, device=x.device)
    y, h, c = torch.lstm(x, [start, start], [wi, wh, bi, bh, wi2, wh2, bi2, bh2], True, 1, 0., False, True, True)
    return y

  # table [n, H] times a matrix of low rank for each text: cols [T, n, r], rows [T, r, H], tasks [B].
  def task_rows(self: __torch__.Ops, table: Tensor, cols: Tensor, rows: Tensor, tasks: Tensor) -> Tensor:
    return torch.mul(table, torch.matmul(torch.index_select(cols, 0, tasks), torch.index_select(rows, 0, tasks)))

  # Rows of x [n, H] that are longer than bound [n], shortened to it; no gradient.
  def shorten_rows(self: __torch__.Ops, x: Tensor, bound: Tensor) -> Tensor:
    rows = torch.detach(x)
    length = torch.linalg_vector_norm(rows, 2, [1])
    return torch.mul(rows, torch.div(bound, torch.maximum(length, bound)).unsqueeze(1))

  # base + shortened delta; the gradient reaches delta as if nothing was shortened, in the rows that train.
  def moved_rows(self: __torch__.Ops, base: Tensor, delta: Tensor, bound: Tensor, train: Tensor) -> Tensor:
    moved = torch.add(base, self.shorten_rows(delta, bound))
    return torch.add(moved, torch.mul(torch.sub(delta, torch.detach(delta)), train.unsqueeze(1)))
