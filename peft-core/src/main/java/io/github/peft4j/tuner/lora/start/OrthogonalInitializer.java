package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.ops.Ops;

/** A and B that take turns in the rows of an orthogonal matrix. */
record OrthogonalInitializer() implements LoraInitializer {

    @Override
    public void requireRank(int rank) {
        Preconditions.checkArgument(
                rank % 2 == 0,
                "Orthogonal initialisation needs an even rank, got r = %s. Choose r = %s.",
                rank,
                rank + 1);
    }

    @Override
    public Pair create(NDManager manager, long in, long out, int rank) {
        requireRank(rank);
        try (NDManager scratch = manager.newSubManager()) {
            NDArray q = Decompositions.qr(scratch.randomNormal(new Shape(rank, rank))).get(0);
            NDArray left = q.get("0::2").transpose();
            NDArray right = q.get("1::2");
            NDArray wide = scratch.randomNormal(new Shape(rank / 2, in));
            NDArray tall = scratch.randomNormal(new Shape(out, rank / 2));
            NDArray a = Ops.scale(left.matMul(wide), 0.1);
            NDArray b = Ops.scale(tall.matMul(right), 0.1);
            a.attach(manager);
            b.attach(manager);
            return new Pair(a, b);
        }
    }
}
