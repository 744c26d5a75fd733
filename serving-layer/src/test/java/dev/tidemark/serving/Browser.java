package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The machine's own Chromium, without a window. */
final class Browser implements AutoCloseable {

    private static final String REQUIRED = "TIDEMARK_REQUIRE_BROWSER";

    /** Selenium's own; it warns of a part for this Chromium's version, which nothing here uses. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private final ChromeDriver driver;

    private Browser(Path chromium, Path chromedriver) {
        SELENIUM.setLevel(Level.SEVERE);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        // Root may not use the sandbox, and a container's shared memory is small.
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        // Named, so that nothing is looked for elsewhere or downloaded.
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.toFile())
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
    }

    /** Skips the tests where there is no browser, and says so; with {@code TIDEMARK_REQUIRE_BROWSER=1} they fail. */
    static void assumeThere() {
        boolean there = onPath("chromium").isPresent() && onPath("chromedriver").isPresent();
        if (!there && "1".equals(System.getenv(REQUIRED))) {
            throw new AssertionError(REQUIRED + " is 1, but chromium or chromedriver is not on the path");
        }
        if (!there) {
            System.out.println("The page's tests are skipped: chromium or chromedriver is not on the path; Debian has"
                    + " them in the packages chromium and chromium-driver.");
        }
        assumeTrue(there, "no browser");
    }

    static Browser open() {
        return new Browser(
                onPath("chromium").orElseThrow(), onPath("chromedriver").orElseThrow());
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Shows the page, and forgets what went wrong on the one before. */
    void show(ServingLayer serving, String parameters) {
        driver.get("about:blank");
        driver.manage().logs().get(LogType.BROWSER);
        driver.get("http://127.0.0.1:" + serving.port() + "/" + parameters);
    }

    WebElement element(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /** The text of what can be seen of an element. */
    String text(String selector) {
        return element(selector).getText();
    }

    boolean shows(String selector) {
        List<WebElement> found = driver.findElements(By.cssSelector(selector));
        return !found.isEmpty() && found.get(0).isDisplayed();
    }

    void select(String list, String option) {
        element("select[name=" + list + "] option[value='" + option + "']").click();
    }

    Object evaluate(String script) {
        return driver.executeScript("return " + script);
    }

    /** What is drawn, as one value that is another one for another picture. */
    String drawing() {
        return (String) evaluate("document.querySelector('.chart canvas').toDataURL()");
    }

    /** Gives the page so much room that a phone has. */
    void narrow() {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
    }

    void preferDark() {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
    }

    /** Fails if the page has had an error, or was kept from something by its own policy. */
    void requireNoErrors() {
        List<String> errors = driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(LogEntry::getMessage)
                .toList();
        assertEquals(List.of(), errors);
    }

    ChromeDriver driver() {
        return driver;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
