package io.github.peft4j.examples.demo.serving;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.translate.TranslateException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.route.AdapterRouter;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.translate.TextClassificationTranslator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks a router for the test texts of several jobs, which come in no order. */
final class Requests implements AutoCloseable {

    private final List<Predictor<String, Classifications>> predictors = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();

    private record Request(TextJob job, int row, Predictor<String, Classifications> predictor) {}

    /**
     * What was answered.
     *
     * @param answers those of each job, in the order of its test texts
     * @param seconds from the first request to the last answer
     */
    record Served(Map<String, Classifications[]> answers, double seconds) {

        private Classifications[] of(String job) {
            return Objects.requireNonNull(answers.get(job));
        }

        /** The share of a job's test texts that got their label. */
        double accuracy(TextJob job) {
            Classifications[] own = of(job.name());
            int right = 0;
            for (int i = 0; i < own.length; i++) {
                int given = job.test().labels().indexOf(own[i].best().getClassName());
                right += job.test().rows().get(i).label().equals(Label.ofClass(given)) ? 1 : 0;
            }
            return right / (double) own.length;
        }

        /** The largest difference of a probability; infinite where a label differs. */
        double distance(Served other) {
            double most = 0;
            for (Map.Entry<String, Classifications[]> job : answers.entrySet()) {
                Classifications[] theirs = other.of(job.getKey());
                for (int i = 0; i < theirs.length; i++) {
                    most = Math.max(most, distance(job.getValue()[i], theirs[i]));
                }
            }
            return most;
        }

        private static double distance(Classifications a, Classifications b) {
            if (!a.getClassNames().equals(b.getClassNames())) {
                return Double.POSITIVE_INFINITY;
            }
            double most = 0;
            for (int i = 0; i < a.getProbabilities().size(); i++) {
                double difference = a.getProbabilities().get(i) - b.getProbabilities().get(i);
                most = Math.max(most, Math.abs(difference));
            }
            return most;
        }
    }

    Requests(
            AdapterRouter router,
            PeftModel model,
            Tokenizer tokenizer,
            ImmutableList<TextJob> jobs,
            long seed)
            throws IOException {
        for (TextJob job : jobs) {
            TextClassificationTranslator translator =
                    TextClassificationTranslator.builder(tokenizer, model.base())
                            .optLabels(router.labels(job.name()))
                            .build();
            Predictor<String, Classifications> predictor = router.predictor(job.name(), translator);
            predictors.add(predictor);
            for (int i = 0; i < job.test().size(); i++) {
                requests.add(new Request(job, i, predictor));
            }
        }
        Collections.shuffle(requests, new Random(seed));
    }

    /** How many there are. */
    int count() {
        return requests.size();
    }

    /** Asks for all of them from so many threads, each of which waits for its answer. */
    Served ask(int threads) throws InterruptedException, ExecutionException {
        Map<String, Classifications[]> answers = new HashMap<>();
        for (Request request : requests) {
            answers.computeIfAbsent(
                    request.job().name(), name -> new Classifications[request.job().test().size()]);
        }
        Served served = new Served(answers, 0);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            long begin = System.nanoTime();
            List<Future<Classifications>> waiting = new ArrayList<>();
            for (Request request : requests) {
                waiting.add(pool.submit(() -> answer(request)));
            }
            for (int i = 0; i < waiting.size(); i++) {
                Request request = requests.get(i);
                served.of(request.job().name())[request.row()] = waiting.get(i).get();
            }
            return new Served(answers, (System.nanoTime() - begin) * 1e-9);
        } finally {
            pool.shutdownNow();
        }
    }

    private Classifications answer(Request request) throws TranslateException {
        String text = request.job().test().rows().get(request.row()).text();
        return request.predictor().predict(text);
    }

    @Override
    public void close() {
        predictors.forEach(Predictor::close);
    }
}
