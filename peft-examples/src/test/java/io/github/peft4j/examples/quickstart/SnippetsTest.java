package io.github.peft4j.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The documentation quotes code that compiles. */
class SnippetsTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final String QUICKSTART =
            "peft-examples/src/main/java/io/github/peft4j/examples/quickstart/";

    @ParameterizedTest
    @CsvSource({
        "README.md, ClassifyTexts.java, first-look",
        "docs/guides/text-classification.md, ClassifyTexts.java, quickstart",
        "docs/guides/data.md, ReadTables.java, data-train",
        "docs/guides/data.md, ReadTables.java, data-look",
        "docs/guides/data.md, ReadTables.java, data-exact",
        "docs/guides/data.md, ReadTables.java, data-numbers",
        "docs/guides/data.md, ReadTables.java, data-several",
        "docs/guides/data.md, ReadTables.java, data-two",
        "docs/guides/data.md, ReadTables.java, data-pairs",
        "docs/guides/train.md, PlanTraining.java, plan",
        "docs/guides/watch-and-resume.md, WatchTraining.java, watch",
        "docs/guides/watch-and-resume.md, WatchTraining.java, scorer",
        "docs/guides/watch-and-resume.md, WatchTraining.java, stop",
        "docs/guides/exchange-with-python.md, OpenFolder.java, folder",
        "docs/guides/know-your-adapters.md, KnowAdapters.java, effect",
        "docs/guides/know-your-adapters.md, KnowAdapters.java, mixed",
        "docs/guides/know-your-adapters.md, KnowAdapters.java, verdict",
        "docs/guides/text-classification.md, ../job/ClassifyTable.java, job-classify-train",
        "docs/guides/text-classification.md, ../job/ClassifyTable.java, job-classify-ask",
        "docs/guides/chat-data.md, ../job/FollowInstructions.java, job-chat-ask",
        "docs/guides/chat-data.md, ../job/FollowInstructions.java, job-instruct-ask",
        "docs/guides/token-classification.md, ../job/TagWords.java, job-tag-train",
        "docs/guides/token-classification.md, ../job/TagWords.java, job-tag-ask",
        "docs/guides/question-answering.md, ../job/AnswerQuestions.java, job-answer-train",
        "docs/guides/question-answering.md, ../job/AnswerQuestions.java, job-answer-ask",
        "docs/guides/embeddings.md, ../job/EmbedPairs.java, job-embed-train",
        "docs/guides/embeddings.md, ../job/EmbedPairs.java, job-embed-ask",
        "docs/guides/sequence-to-sequence.md, ../job/RewriteTexts.java, job-rewrite-train",
        "docs/guides/sequence-to-sequence.md, ../job/RewriteTexts.java, job-rewrite-ask",
        "docs/guides/hub.md, LoadFromHub.java, hub-model",
        "docs/guides/hub.md, LoadFromHub.java, hub-adapter",
        "docs/guides/hub.md, LoadFromHub.java, hub-options",
        "docs/guides/hub.md, LoadFromHub.java, hub-errors",
        "docs/guides/generate-text.md, WriteTexts.java, generate",
        "docs/guides/generate-text.md, WriteTexts.java, chat",
        "docs/guides/generate-text.md, WriteTexts.java, generate-settings",
        "docs/guides/generate-text.md, WriteTexts.java, generate-prefix",
        "docs/guides/chat-data.md, TrainChats.java, chat-train",
        "docs/guides/chat-data.md, TrainChats.java, chat-options",
        "docs/guides/chat-data.md, TrainChats.java, chat-template",
        "docs/guides/combine-adapters.md, CombineAdapters.java, combine-add",
        "docs/guides/combine-adapters.md, CombineAdapters.java, combine-convert",
        "docs/guides/combine-adapters.md, CombineAdapters.java, combine-shrink",
        "docs/guides/combine-adapters.md, CombineAdapters.java, combine-intruders",
        "docs/guides/combine-adapters.md, CombineAdapters.java, combine-swap",
        "docs/guides/serve-many-adapters.md, ServeMany.java, many-router",
        "docs/guides/serve-many-adapters.md, ServeMany.java, many-name",
        "docs/guides/serve-many-adapters.md, ServeMany.java, many-property",
        "docs/guides/serve-many-adapters.md, ServeMany.java, many-ask",
        "docs/guides/serve-many-adapters.md, ServeMany.java, many-generate",
        "docs/guides/serve-with-djl.md, ServeTexts.java, serve",
        "docs/guides/serve-with-djl.md, ServeTexts.java, serve-generation",
        "docs/guides/serve-with-djl.md, ServeTexts.java, serve-switch"
    })
    void pagesQuoteTheirSources(String page, String source, String name) throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve(QUICKSTART + source));

        Assertions.assertThat(quoted(Files.readString(ROOT.resolve(page)), name))
                .isEqualTo(snippet(lines, name));
    }

    /** The code between the marks of a snippet, without its indentation. */
    private static String snippet(List<String> lines, String name) {
        int start = indexOf(lines, "// snippet: " + name);
        int end = start + indexOf(lines.subList(start, lines.size()), "// end");
        List<String> code = lines.subList(start + 1, end);
        int indent =
                code.stream()
                        .filter(line -> !line.isBlank())
                        .mapToInt(line -> line.length() - line.stripLeading().length())
                        .min()
                        .orElse(0);
        return code.stream()
                .map(line -> line.isBlank() ? "" : line.substring(indent))
                .collect(Collectors.joining("\n"));
    }

    private static int indexOf(List<String> lines, String mark) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(mark)) {
                return i;
            }
        }
        throw new AssertionError("There is no mark '" + mark + "'");
    }

    private static String quoted(String page, String name) {
        String start = "<!-- snippet: " + name + " -->\n```java\n";
        int from = page.indexOf(start);
        Assertions.assertThat(from).as("mark of snippet %s", name).isNotNegative();
        int to = page.indexOf("\n```", from + start.length());
        return page.substring(from + start.length(), to);
    }
}
