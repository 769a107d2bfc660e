package io.github.peft4j.hub;

import io.github.peft4j.hub.HubException.Reason;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** What an answer other than success means, and what the user can do. */
final class Refusals {

    private final HubOptions options;
    private final HubName name;

    Refusals(HubOptions options, HubName name) {
        this.options = options;
        this.name = name;
    }

    /**
     * The exception for an answer.
     *
     * @param what what was asked for, in words
     */
    IOException of(HubClient.Answer answer, String what) {
        int status = answer.response().statusCode();
        String code = answer.header("X-Error-Code").orElse("");
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            return new TransientFailure(
                    "the server answers %d%s".formatted(status, said(answer)), asked(answer));
        }
        if (code.equals("GatedRepo")) {
            return notAllowed(
                    "%s is gated: its authors give it to accounts that have accepted their terms. Accept them at %s/%s, then %s."
                            .formatted(name, options.endpoint(), name, tokenAdvice()),
                    answer);
        }
        if (code.equals("RevisionNotFound")) {
            return notFound(
                    "%s has no revision '%s'. Pass a branch, a tag or a whole commit; %s/%s shows them."
                            .formatted(name, options.revision(), options.endpoint(), name));
        }
        if (code.equals("EntryNotFound")) {
            return notFound("%s: %s is not there (EntryNotFound).".formatted(name, what));
        }
        if (status == 401 || status == 403) {
            return notAllowed(unauthorised(status), answer);
        }
        if (status == 404) {
            return notFound(
                    "There is no '%s' at %s, or this account may not see it. Check the name (org/name; no directory is called so here either); if it is private, %s."
                            .formatted(name, options.endpoint(), tokenAdvice()));
        }
        return new HubException(
                Reason.UNREACHABLE,
                "%s: %s answers %d%s to a question for %s. Check HF_ENDPOINT, and whether a proxy of this network answers in the hub's place."
                        .formatted(name, options.endpoint(), status, said(answer), what));
    }

    private String unauthorised(int status) {
        if (options.token().isPresent()) {
            return "%s: %s does not accept the token for it (%d). Check that the token is valid, may read the repository, and that %s/%s exists."
                    .formatted(name, options.endpoint(), status, options.endpoint(), name);
        }
        return "%s: %s answers %d: it does not exist, or it is private or gated. Check the name; to read it with an account, %s."
                .formatted(name, options.endpoint(), status, tokenAdvice());
    }

    private String tokenAdvice() {
        return options.token().isPresent()
                ? "use a token of an account that may (HF_TOKEN)"
                : "set HF_TOKEN to a token of an account that may, or run 'hf auth login'";
    }

    private static HubException notAllowed(String text, HubClient.Answer answer) {
        return new HubException(Reason.NOT_ALLOWED, text + said(answer));
    }

    private static HubException notFound(String text) {
        return new HubException(Reason.NOT_FOUND, text);
    }

    /** What the server says of it, cut. */
    private static String said(HubClient.Answer answer) {
        return answer.header("X-Error-Message")
                .map(text -> " (" + JsonReasons.shown(text) + ")")
                .orElse("");
    }

    private static Optional<Duration> asked(HubClient.Answer answer) {
        Optional<String> header = answer.header("Retry-After").map(String::strip);
        if (header.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Duration.ofSeconds(Math.max(0, Integer.parseInt(header.get()))));
        } catch (NumberFormatException noSeconds) {
            return date(header.get());
        }
    }

    private static Optional<Duration> date(String text) {
        try {
            Instant then =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration wait = Duration.between(Instant.now(), then);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException noDate) {
            return Optional.empty();
        }
    }
}
