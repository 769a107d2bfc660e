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
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks for each input the adapter that one of its properties names. */
final class PropertyPredictor extends Predictor<Input, Output> {

    private final AdapterRouter router;
    private final Model view;
    private final String property;
    private final Function<String, Translator<Input, Output>> translators;
    private final Map<String, Known> predictors = new HashMap<>();

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
        this.view = view;
        this.property = property;
        this.translators = translators;
    }

    /** The predictor of one registration; closed when it was replaced and nobody uses it. */
    private static final class Known {

        private final Object registration;
        private final RoutedPredictor<Input, Output> predictor;
        private int users;
        private boolean replaced;

        Known(Object registration, RoutedPredictor<Input, Output> predictor) {
            this.registration = registration;
            this.predictor = predictor;
        }

        void closeIfUnused() {
            if (replaced && users == 0) {
                predictor.close();
            }
        }
    }

    /** A name may come back with other labels: each registration has a translator of its own. */
    private Known begin(String name, AdapterLease lease) {
        synchronized (predictors) {
            Known known = predictors.get(name);
            if (known == null || known.registration != lease.registration()) {
                forget(name);
                known =
                        new Known(
                                lease.registration(),
                                new RoutedPredictor<>(router, view, name, translators.apply(name)));
                predictors.put(name, known);
            }
            known.users++;
            return known;
        }
    }

    private void end(Known known) {
        synchronized (predictors) {
            known.users--;
            known.closeIfUnused();
        }
    }

    private void forget(String name) {
        synchronized (predictors) {
            Known old = predictors.remove(name);
            if (old != null) {
                old.replaced = true;
                old.closeIfUnused();
            }
        }
    }

    private String name(Input input) {
        @Nullable String name = input.getProperty(property, null);
        return name == null || name.isEmpty() ? RowActivation.BASE : name;
    }

    private void requireKnown(String name) {
        if (!name.equals(RowActivation.BASE) && !router.names().contains(name)) {
            forget(name);
            throw new IllegalArgumentException(
                    "The property "
                            + property
                            + " names the adapter '"
                            + name
                            + "', which is not there. Known: "
                            + router.names()
                            + ".");
        }
    }

    @Override
    public List<Output> batchPredict(List<Input> inputs) throws TranslateException {
        Map<String, List<Integer>> byName = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            byName.computeIfAbsent(name(inputs.get(i)), name -> new ArrayList<>()).add(i);
        }
        byName.keySet().forEach(this::requireKnown);
        List<Output> outputs = new ArrayList<>(Collections.nCopies(inputs.size(), new Output()));
        for (Map.Entry<String, List<Integer>> group : byName.entrySet()) {
            List<Output> own =
                    ask(group.getKey(), group.getValue().stream().map(inputs::get).toList());
            for (int i = 0; i < own.size(); i++) {
                outputs.set(group.getValue().get(i), own.get(i));
            }
        }
        return outputs;
    }

    private List<Output> ask(String name, List<Input> inputs) throws TranslateException {
        try (AdapterLease lease = router.lease(name)) {
            Known known = begin(name, lease);
            try {
                return known.predictor.predict(lease, inputs);
            } finally {
                end(known);
            }
        } catch (IOException e) {
            throw RoutedPredictor.unreadable(name, e);
        }
    }

    @Override
    protected NDList predictInternal(ai.djl.translate.TranslatorContext ctx, NDList list) {
        throw new IllegalStateException("Each name has a predictor of its own.");
    }

    @Override
    public void close() {
        synchronized (predictors) {
            predictors.values().forEach(known -> known.predictor.close());
            predictors.clear();
        }
        super.close();
    }
}
