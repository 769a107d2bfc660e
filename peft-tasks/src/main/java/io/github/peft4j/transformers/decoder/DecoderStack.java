package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Group;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.layout.LayerSequence;
import io.github.peft4j.transformers.part.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The layers of a decoder one after the other: modules {@code 0}, {@code 1}, ... of a group. */
public final class DecoderStack {

    private final Group group = new Group();
    private final List<DecoderLayer> layers = new ArrayList<>();
    private final NextToken nextToken = new NextToken(layers);

    /**
     * Makes the layers.
     *
     * @param count how many
     * @param layer makes one by its number
     */
    public DecoderStack(int count, IntFunction<? extends DecoderLayer> layer) {
        for (int i = 0; i < count; i++) {
            layers.add(group.add(Integer.toString(i), layer.apply(i)));
        }
    }

    /** The module that holds the layers. */
    public Group module() {
        return group;
    }

    /**
     * Runs the layers; what each makes along the way is freed.
     *
     * @param embeddings makes the input of the first layer; not called where a later one's is known
     * @param finish what follows the last layer, usually a norm; the last of the hidden states that
     *     an input may ask for comes after it
     */
    public Backbone.Output run(
            AdapterPass pass,
            ModelInput input,
            DecoderCall call,
            Supplier<NDArray> embeddings,
            UnaryOperator<NDArray> finish) {
        if (nextToken.fits(pass, input, call)) {
            NDArray x = embeddings.get();
            NDArray last = nextToken.run(pass, x, call);
            if (last != null) {
                x.close();
                return new Backbone.Output(finish.apply(last), call.layout(), ImmutableList.of());
            }
            return runAll(pass, input, call, () -> x, finish);
        }
        return runAll(pass, input, call, embeddings, finish);
    }

    private Backbone.Output runAll(
            AdapterPass pass,
            ModelInput input,
            DecoderCall call,
            Supplier<NDArray> embeddings,
            UnaryOperator<NDArray> finish) {
        LayerSequence.Result result =
                new LayerSequence(
                                pass,
                                call.layout(),
                                input.outputHiddenStates(),
                                false,
                                input.knownStates())
                        .run(
                                layers.size(),
                                embeddings,
                                (i, x) -> Scope.run(x, h -> layers.get(i).forward(pass, h, call)));
        NDArray last = finish.apply(result.last());
        ImmutableList.Builder<NDArray> states = ImmutableList.builder();
        if (input.outputHiddenStates()) {
            states.addAll(result.inputs()).add(last);
        }
        return new Backbone.Output(last, call.layout(), states.build());
    }
}
