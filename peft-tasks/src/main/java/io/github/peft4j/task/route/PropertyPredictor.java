package io.github.peft4j.task.route;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDList;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import io.github.peft4j.adapter.rows.RowActivation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks for each input the adapter that one of its properties names. */
final class PropertyPredictor extends Predictor<Input, Output> {

    private final AdapterRouter router;
    private final String property;
    private final Function<String, Translator<Input, Output>> translators;
    private final Map<String, Predictor<Input, Output>> predictors = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked") // nothing reaches this translator: each name has its own
    PropertyPredictor(
            AdapterRouter router,
            Model view,
            String property,
            Function<String, Translator<Input, Output>> translators) {
        super(
                view,
                (Translator<Input, Output>) (Translator<?, ?>) new NoopTranslator(),
                router.model().base().device(),
                false);
        this.router = router;
        this.property = property;
        this.translators = translators;
    }

    private Predictor<Input, Output> of(String name) {
        if (!name.equals(RowActivation.BASE) && !router.names().contains(name)) {
            predictors.remove(name); // a name may come back with other labels
            throw new IllegalArgumentException(
                    "The property "
                            + property
                            + " names the adapter '"
                            + name
                            + "', which is not there. Known: "
                            + router.names()
                            + ".");
        }
        return predictors.computeIfAbsent(
                name, known -> router.predictor(known, translators.apply(known)));
    }

    private String name(Input input) {
        @Nullable String name = input.getProperty(property, null);
        return name == null || name.isEmpty() ? RowActivation.BASE : name;
    }

    @Override
    public Output predict(Input input) throws TranslateException {
        return of(name(input)).predict(input);
    }

    @Override
    public List<Output> batchPredict(List<Input> inputs) throws TranslateException {
        Map<String, List<Integer>> byName = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            byName.computeIfAbsent(name(inputs.get(i)), name -> new ArrayList<>()).add(i);
        }
        List<Output> outputs = new ArrayList<>(Collections.nCopies(inputs.size(), new Output()));
        for (Map.Entry<String, List<Integer>> group : byName.entrySet()) {
            List<Output> own =
                    of(group.getKey())
                            .batchPredict(group.getValue().stream().map(inputs::get).toList());
            for (int i = 0; i < own.size(); i++) {
                outputs.set(group.getValue().get(i), own.get(i));
            }
        }
        return outputs;
    }

    @Override
    protected NDList predictInternal(ai.djl.translate.TranslatorContext ctx, NDList list) {
        throw new IllegalStateException("Each name has a predictor of its own.");
    }

    @Override
    public void close() {
        predictors.values().forEach(Predictor::close);
        super.close();
    }
}
