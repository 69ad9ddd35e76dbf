using System.Security.Cryptography;
using System.Text.Json;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Images.Scanning.Inventory;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Platform;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Http;
using Maily.Deploy.Sandbox.Trivy;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>Images that a real engine has built, scanned over the protocol of a trivy server.</summary>
public sealed class ScanTests(SandboxFixture fixture) : IAsyncLifetime
{
    const string Commit = "0123456789abcdef0123456789abcdef01234567";
    const string Planted = "app/node_modules/minimist/package.json";

    DirectoryInfo folder = null!;
    RunningSandbox sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    ImageSpec Image => new() { Name = folder.Name.ToLowerInvariant(), Context = folder.FullName };

    Variables Variables => With();

    ImageSettings Settings => ImageSettings.From(Variables);

    public async ValueTask InitializeAsync()
    {
        sandbox = await fixture.GetAsync();
        folder = Directory.CreateTempSubdirectory("maily-scans-");
        Write("Dockerfile", "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY app /app\n");
        Write("app/start", "#!/bin/sh\n");
    }

    public ValueTask DisposeAsync()
    {
        folder?.Delete(recursive: true);
        return default;
    }

    [Fact]
    public async Task A_clean_image_passes_and_its_bill_of_materials_names_what_is_really_in_it()
    {
        var run = await RunAsync(new ScanPolicy());

        run.Failure.ShouldBeNull();
        var scan = run.Outputs("ScanImages", Image.Name);
        scan["findings"].ShouldBe("critical 0, high 0, medium 0, low 0, unknown 0");
        scan["scanner"].ShouldBe("trivy server 0.66.0");
        scan["database"].ShouldNotBeNull().ShouldStartWith("2 of ");
        var sbom = await File.ReadAllBytesAsync(Directory.GetFiles(fixture.Folder, $"{Image.Name}.cdx.json", SearchOption.AllDirectories).ShouldHaveSingleItem(), Token);
        scan["sbom"].ShouldBe($"sha256:{Convert.ToHexStringLower(SHA256.HashData(sbom))}");
        JsonDocument.Parse(sbom).RootElement.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("name").GetString()).ShouldContain("busybox-static");
    }

    [Fact]
    public async Task A_planted_package_is_found_and_the_image_is_not_pushed()
    {
        Write(Planted, """{ "name": "minimist", "version": "1.2.5" }""");

        var run = await RunAsync(new ScanPolicy());

        var refused = run.Failure.ShouldBeOfType<VulnerableImageException>();
        refused.Refused.ShouldHaveSingleItem().ShouldBe(new("CVE-2021-44906", "minimist", "1.2.5", "1.2.6", Severity.Critical, Planted));
        refused.Kind.ShouldBe(FailureKind.Refused);
        run.Deployment.State.Steps.Keys.ShouldNotContain(step => step.Stage == "PushImages");
        (await RunAsync(new ScanPolicy { Ignored = [new("CVE-2021-44906", "minimist", null, DateOnly.MaxValue, "only our own arguments")] }))
            .Outputs("ScanImages", Image.Name)["ignored"].ShouldBe("CVE-2021-44906");
    }

    [Fact]
    public async Task A_package_that_an_upper_layer_took_away_is_not_in_the_image()
    {
        Write(Planted, """{ "name": "minimist", "version": "1.2.5" }""");
        Write("Dockerfile", "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY app /app\nRUN [\"/bin/rm\", \"-r\", \"/app/node_modules\"]\n");

        (await RunAsync(new ScanPolicy())).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task An_image_that_only_the_registry_has_is_read_from_there()
    {
        Write(Planted, """{ "name": "lodash", "version": "4.17.20" }""");
        var pushed = await RunAsync(new ScanPolicy { Refuse = Severity.Critical });
        pushed.Failure.ShouldBeNull();
        var build = new ImageBuild
        {
            Image = Image, Repository = Settings.Registry.NameOf(Image.Name), ContentTag = pushed.Outputs("PushImages", Image.Name)["content"]!, CommitTag = "git-0",
        };
        var byEngine = await new ImageReader(Settings, TimeProvider.System).ReadAsync(build, Token);
        using (var engine = new EngineReader(Settings))
            await engine.CallAsync(client => client.Images.DeleteImageAsync(build.Reference, new() { Force = true }, Token));

        var byRegistry = await new ImageReader(Settings, TimeProvider.System).ReadAsync(build, Token);

        byRegistry.Packages.ShouldBe(byEngine.Packages);
        byRegistry.Distribution.ShouldBe(byEngine.Distribution);
        byRegistry.Packages.ShouldContain(package => package.Name == "lodash");
    }

    [Fact]
    public async Task Without_a_scanner_an_image_is_refused_where_scans_are_asked_for_and_named_unscanned_elsewhere()
    {
        (await RunAsync(Stage(null, new(new(), Requires: true, ScanConsent.None)))).Failure.ShouldBeOfType<UnscannedException>().Remedy.ShouldContain("--accept-unscanned");
        (await RunAsync(Stage(null, new(new(), Requires: true, new() { Unscanned = true, Reason = "the scanner is down" })))).Outputs("ScanImages", Image.Name)["unscanned"]
            .ShouldBe("accepted: the scanner is down");
        (await RunAsync(Stage(null, new(new(), Requires: false, ScanConsent.None)))).Outputs("ScanImages", Image.Name)["unscanned"].ShouldBe("there is no scanner");
    }

    [Fact]
    public async Task Leaving_the_scan_out_is_no_way_around_it()
    {
        var gate = new ScanGate(new(), Requires: true, ScanConsent.None);
        var run = new DeploymentRun(Path.Combine(fixture.Folder, folder.Name), new BuildImagesStage([Image], Settings), Stage(null, gate), new PushImagesStage([Image], Settings) { Gate = gate }) { Skipped = ["ScanImages"] };

        (await run.RunAsync(Commit, Token)).Failure.ShouldBeOfType<UnscannedException>();
    }

    [Theory]
    [InlineData(false, CheckOutcome.Warning)]
    [InlineData(true, CheckOutcome.Failed)]
    public async Task Validate_says_that_there_is_no_scanner(bool requires, CheckOutcome outcome) =>
        (await CheckAsync(null, requires, ScanConsent.None)).Outcome.ShouldBe(outcome);

    [Fact]
    public async Task Validate_names_scanner_and_database()
    {
        (await CheckAsync(Scanner(), true, ScanConsent.None)).Fact.ShouldStartWith("trivy server 0.66.0, database 2 of ");
        (await CheckAsync(null, true, new() { Unscanned = true, Reason = "why" })).Outcome.ShouldBe(CheckOutcome.Warning);
    }

    [Fact]
    public async Task A_token_is_asked_for_and_a_server_that_is_busy_is_asked_again()
    {
        await using var server = await TrivyStandIn.StartAsync(new() { Token = "open sesame" }, Token);
        (string, string) address = ("TRIVY_SERVER_URL", server.Url.AbsoluteUri);
        await RunAsync(new ScanPolicy());

        (await RunAsync(Stage(ImageScanners.Find(With(address), Processes, TimeProvider.System), new(new(), true, ScanConsent.None)))).Failure
            .ShouldBeOfType<ScannerException>().Remedy.ShouldBe("Check TRIVY_TOKEN.");
        server.Faults.Add(new HttpFault { Path = "/twirp/*", Status = 503, Count = 2 });
        (await RunAsync(Stage(ImageScanners.Find(With(address, ("TRIVY_TOKEN", "open sesame")), Processes, TimeProvider.System), new(new(), true, ScanConsent.None)))).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task Trivy_on_this_machine_is_taken_and_given_the_server()
    {
        var bin = Directory.CreateDirectory(Path.Combine(folder.FullName, ".bin"));
        var trivy = Path.Combine(bin.FullName, "trivy");
        await File.WriteAllTextAsync(trivy, Script.Replace("FOLDER", bin.FullName, StringComparison.Ordinal), Token);
        await Processes.RunAsync(CommandLine.Of("chmod", "+x", trivy), null, Token);
        var scanner = ImageScanners.Find(With(("PATH", bin.FullName)), Processes, TimeProvider.System);

        var run = await RunAsync(Stage(scanner, new(new(), true, ScanConsent.None)));

        run.Failure.ShouldBeOfType<VulnerableImageException>().Refused.ShouldHaveSingleItem().Id.ShouldBe("CVE-2024-3094");
        var asked = await File.ReadAllLinesAsync(Path.Combine(bin.FullName, "asked"), Token);
        asked.ShouldContain(line => line.EndsWith($"/{Image.Name}:{run.Outputs("BuildImages", Image.Name)["content"]}", StringComparison.Ordinal));
        asked.ShouldContain(line => line.Contains($"--server {sandbox.Environment["TRIVY_SERVER_URL"]}", StringComparison.Ordinal));
    }

    [Fact]
    public void The_policy_of_the_platform_can_be_read() =>
        ScanPolicyFile.Read(PlatformFolder.Path("services", "scan-policy.yaml")).Refuse.ShouldBe(Severity.High);

    // Refuses, as trivy does, what it does not know: the flags of its commands image, sbom and version that we use.
    const string Script =
        """
        #!/bin/sh
        echo "$*" >> FOLDER/asked
        command=$1; shift
        while [ $# -gt 0 ]; do
          case "$command $1" in
            'image --quiet' | 'sbom --quiet') shift ;;
            'image --image-src' | 'image --format' | 'sbom --format' | 'version --format' | 'sbom --server') shift 2 ;;
            'image --output' | 'sbom --output') output=$2; shift 2 ;;
            *' -'*) echo "FATAL unknown flag: $1" >&2; exit 1 ;;
            *) target=$1; shift ;;
          esac
        done
        case "$command" in
          version) echo '{"Version":"0.66.0"}' ;;
          image) echo '{"bomFormat":"CycloneDX"}' > "$output" ;;
          sbom) grep -q CycloneDX "$target" && echo '{"Results":[{"Target":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2024-3094","PkgName":"xz-utils","InstalledVersion":"5.6.1-1","Severity":"CRITICAL"}]}]}' > "$output" ;;
        esac
        """;

    static ProcessRunner Processes => new(TimeProvider.System);

    // The first of one name wins.
    Variables With(params (string Name, string Value)[] changes) =>
        new(changes.Select(pair => new Variable(pair.Name, pair.Value, "test")).Concat(sandbox.Environment.Select(pair => new Variable(pair.Key, pair.Value, "sandbox"))));

    IImageScanner Scanner() => ImageScanners.Find(Variables, Processes, TimeProvider.System).ShouldNotBeNull();

    static async Task<CheckResult> CheckAsync(IImageScanner? scanner, bool requires, ScanConsent consent) =>
        await ScanChecks.For(() => new(), () => scanner, requires, consent, TimeProvider.System).Single(check => check.Name == "scanner").RunAsync(Token);

    ScanImagesStage Stage(IImageScanner? scanner, ScanGate gate) => new([Image], Settings, scanner, gate);

    Task<RunResult> RunAsync(ScanPolicy policy) => RunAsync(Stage(Scanner(), new(policy, Requires: true, ScanConsent.None)));

    Task<RunResult> RunAsync(ScanImagesStage scan) => new DeploymentRun(
        Path.Combine(fixture.Folder, folder.Name), new BuildImagesStage([Image], Settings), scan, new PushImagesStage([Image], Settings)).RunAsync(Commit, Token);

    void Write(string path, string text)
    {
        var file = Path.Combine(folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
