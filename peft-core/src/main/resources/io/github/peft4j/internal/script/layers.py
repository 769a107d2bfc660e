  # Linear, embedding, norms and activations. Shapes: x [..., in], w [out, in], b [out].

  def linear(self: __torch__.Ops, x: Tensor, w: Tensor, b: Optional[Tensor]=None) -> Tensor:
    return torch.linear(x, w, b)

  def linear_gelu(self: __torch__.Ops, x: Tensor, w: Tensor, b: Optional[Tensor]=None) -> Tensor:
    return torch.gelu(torch.linear(x, w, b))

  # y + scale * (x a^T) b^T: one product in, one product that adds in place of a separate sum.
  def lora_add(self: __torch__.Ops, y: Tensor, x: Tensor, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    low = torch.linear(x, a).reshape([-1, a.size(0)])
    flat = y.reshape([-1, b.size(0)])
    return torch.addmm(flat, low, b.t(), beta=1, alpha=float(scale)).reshape(y.size())

  def lora_delta(self: __torch__.Ops, x: Tensor, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    return torch.mul(torch.linear(torch.linear(x, a), b), float(scale))

  # scale * b a, the change of weight [out, in].
  def low_rank(self: __torch__.Ops, a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    return torch.mul(torch.matmul(b, a), float(scale))

  def embedding(self: __torch__.Ops, ids: Tensor, w: Tensor) -> Tensor:
    return torch.embedding(w, ids)

  # The rows of padding_idx get no gradient, as in torch.nn.Embedding(padding_idx=...).
  def embedding_padded(self: __torch__.Ops, ids: Tensor, w: Tensor, padding_idx: Tensor) -> Tensor:
    return torch.embedding(w, ids, int(padding_idx))

  # x [B, in, length...], w [out, in / groups, kernel...]; form: stride, padding, dilation an axis each, groups.
  def convolve(self: __torch__.Ops, x: Tensor, w: Tensor, form: Tensor, b: Optional[Tensor]=None) -> Tensor:
    n = x.dim() - 2
    stride = annotate(List[int], [])
    padding = annotate(List[int], [])
    dilation = annotate(List[int], [])
    no_output_padding = annotate(List[int], [])
    for i in range(n):
      stride.append(int(torch.select(form, 0, i)))
      padding.append(int(torch.select(form, 0, n + i)))
      dilation.append(int(torch.select(form, 0, 2 * n + i)))
      no_output_padding.append(0)
    groups = int(torch.select(form, 0, 3 * n))
    return torch.convolution(x, w, b, stride, padding, dilation, False, no_output_padding, groups)

  # x [B, S, F] as [B, F, S], laid out anew.
  def turn(self: __torch__.Ops, x: Tensor) -> Tensor:
    return x.transpose(1, 2).contiguous()

  def layer_norm(self: __torch__.Ops, x: Tensor, w: Tensor, b: Tensor, eps: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], w, b, float(eps))

  def add_layer_norm(self: __torch__.Ops, x: Tensor, r: Tensor, w: Tensor, b: Tensor, eps: Tensor) -> Tensor:
    return torch.layer_norm(torch.add(x, r), [x.size(-1)], w, b, float(eps))

  def rms_norm(self: __torch__.Ops, x: Tensor, w: Tensor, eps: Tensor) -> Tensor:
    return torch.mul(torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), float(eps)))), w)

  def rms_norm_offset(self: __torch__.Ops, x: Tensor, w: Tensor, eps: Tensor, offset: Tensor) -> Tensor:
    return self.rms_norm(x, torch.add(w, float(offset)), eps)

  def gelu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.gelu(x)

  def gelu_tanh(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")

  def silu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.silu(x)

  def relu(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.relu(x)

  def tanh(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.tanh(x)

  def dropout(self: __torch__.Ops, x: Tensor, p: Tensor) -> Tensor:
    return torch.dropout(x, float(p), True)

  def scale(self: __torch__.Ops, x: Tensor, factor: Tensor) -> Tensor:
    return torch.mul(x, float(factor))

  # x [..., F] in chunks of r features, the last one filled with zeros, summed: [..., r].
  def fold_chunks(self: __torch__.Ops, x: Tensor, r: Tensor) -> Tensor:
    size = int(r)
    rest = x.size(-1) % size
    if rest != 0:
      x = torch.constant_pad_nd(x, [0, size - rest])
    return torch.sum(torch.unflatten(x, -1, [-1, size]), [-2])

  def rows(self: __torch__.Ops, x: Tensor, index: Tensor) -> Tensor:
    return torch.index_select(x, 0, index)

  def select(self: __torch__.Ops, x: Tensor, axis: Tensor, index: Tensor) -> Tensor:
    return torch.index_select(x, int(axis), index)

  def spread(self: __torch__.Ops, x: Tensor, index: Tensor, rows: Tensor) -> Tensor:
    size = x.size()
    size[0] = int(rows)
    return torch.index_copy(torch.zeros(size, dtype=x.dtype, device=x.device), 0, index, x)

  def to_float32(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.to(x, 6)

  # Mean of x [B, S, H] over the tokens, those where mask [B, S] is not 0.
  def mean_tokens(self: __torch__.Ops, x: Tensor, mask: Tensor) -> Tensor:
    weights = torch.to(torch.ne(mask, 0), x.dtype).unsqueeze(-1)
    return torch.div(torch.sum(torch.mul(x, weights), [1]), torch.sum(weights, [1]))

  # Rows of length 1; a row shorter than 1e-12 is divided by that.
  def unit_rows(self: __torch__.Ops, x: Tensor) -> Tensor:
    return torch.div(x, torch.clamp_min(torch.linalg_vector_norm(x, 2, [-1], True), 1.0000000000000001e-12))

  # y [..., d] holds rows of a table looked up by ids [...]; an id that stands in index [n] gets the row of delta
  # [n, d] instead. The row at `unmoved`, if it is not -1, gets no gradient.
  def replace_rows(self: __torch__.Ops, y: Tensor, ids: Tensor, index: Tensor, delta: Tensor, unmoved: Tensor) -> Tensor:
    hit = torch.eq(ids.unsqueeze(-1), index)
    place = torch.argmax(torch.to(hit, 0), -1)
    rows = torch.embedding(delta, place, int(unmoved))
    return torch.where(torch.any(hit, -1, True), rows, y)

  # y [..., out] = x w^T as if delta [n, in] were the rows of w at index [n].
  def replace_outputs(self: __torch__.Ops, y: Tensor, x: Tensor, index: Tensor, delta: Tensor) -> Tensor:
    return torch.index_copy(y, -1, index, torch.linear(x, delta))

  # w [rows, d] with delta [n, d] as its rows at index [n].
  def with_rows(self: __torch__.Ops, w: Tensor, index: Tensor, delta: Tensor) -> Tensor:
    return torch.index_copy(w, 0, index, delta)
