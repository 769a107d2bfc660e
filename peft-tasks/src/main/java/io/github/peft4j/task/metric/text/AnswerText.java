package io.github.peft4j.task.metric.text;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.Locale;
import java.util.regex.Pattern;

/** What SQuAD's evaluation compares of an answer: words in small letters, and nothing else. */
final class AnswerText {

    /** Python's string.punctuation; other signs, e.g. „ and €, belong to the words. */
    private static final CharMatcher PUNCTUATION =
            CharMatcher.anyOf("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

    /** Words by Python's \w, which Java's differs from: no combining marks. */
    private static final Pattern ARTICLES =
            Pattern.compile("(?<![\\p{L}\\p{N}_])(?:a|an|the)(?![\\p{L}\\p{N}_])");

    /** What Python's str.split takes for white space. */
    private static final Splitter WORDS =
            Splitter.on(CharMatcher.whitespace().or(CharMatcher.inRange('\u001c', '\u001f')))
                    .omitEmptyStrings();

    private AnswerText() {}

    static ImmutableList<String> words(String answer) {
        String small = PUNCTUATION.removeFrom(answer.toLowerCase(Locale.ROOT));
        return ImmutableList.copyOf(WORDS.split(ARTICLES.matcher(small).replaceAll(" ")));
    }
}
