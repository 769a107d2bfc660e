package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.ops.Decompositions;

/**
 * OLoRA: A and B start as rows and columns of the weight's QR decomposition, and \(s B A\) is taken
 * out of the base.
 *
 * <p>With \(W = Q R\), Q's columns orthonormal: A is the first r rows of R, B the first r columns
 * of Q.
 *
 * @see <a href="https://arxiv.org/abs/2406.01775">Büyükakyüz 2024, algorithm 1</a>
 */
record OloraInitializer() implements WeightStart {

    @Override
    public String name() {
        return "olora";
    }

    @Override
    public BaseShare baseShare() {
        return BaseShare.COMPUTED;
    }

    @Override
    public Pair create(NDManager manager, StartLayer layer) {
        int rank = rank(layer);
        try (NDManager scratch = manager.newSubManager()) {
            NDList qr = Decompositions.qr(layer.weight(scratch));
            return Pair.in(
                    manager, new NDList(qr.get(1).get("0:" + rank), qr.get(0).get(":, 0:" + rank)));
        }
    }
}
