package io.github.peft4j.transformers.t5;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.RelativeBuckets;
import io.github.peft4j.transformers.seq2seq.Stack;
import io.github.peft4j.transformers.seq2seq.StackCall;
import io.github.peft4j.transformers.seq2seq.StackOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * T5's encoder or decoder. Positions act through biases on the scores alone, one table for all
 * layers, kept in the first.
 *
 * @see <a href="https://arxiv.org/abs/1910.10683">Raffel et al. 2019</a>
 */
final class T5Stack extends Stack {

    private final T5Config config;
    private final Embedding words;
    private final List<T5Block> blocks = new ArrayList<>();
    private final RmsNorm norm;
    private final RelativeBuckets buckets;

    T5Stack(T5Config config, Embedding words, boolean decoder) {
        this.config = config;
        this.words = child("embed_tokens", words);
        Group stack = child("block", new Group());
        int layers = decoder ? config.decoderLayers() : config.layers();
        for (int i = 0; i < layers; i++) {
            blocks.add(stack.add(Integer.toString(i), new T5Block(config, i, decoder)));
        }
        norm = child("final_layer_norm", new RmsNorm(config.hiddenSize(), config.normEps()));
        buckets = new RelativeBuckets(config.buckets(), config.maxDistance(), !decoder);
    }

    /** Distances are all that this model knows of positions. */
    @Override
    public boolean allowsGaps() {
        return false;
    }

    @Override
    public StackOutput forward(StackCall call) {
        AdapterPass pass = call.pass();
        long length = call.layout().shape().get(1);
        NDArray bias =
                buckets.bias(pass, blocks.get(0).relativeBias(), length, call.past() + length);
        return run(
                call,
                () ->
                        Dropout.apply(
                                pass,
                                TokenInput.embed(pass, words, call.tokens(), call.layout()),
                                config.dropout()),
                blocks.size(),
                (i, h, memory) -> blocks.get(i).forward(call, h, memory, bias),
                last -> Dropout.apply(pass, norm.forward(pass, last), config.dropout()));
    }
}
