using System.Collections.Immutable;
using Maily.Deploy.Aws;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Platform;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;
using Maily.Deploy.Vercel;

namespace Maily.Deploy.Rehearsals.Sandbox;

public sealed class ValidationTests(SandboxFixture fixture)
{
    static readonly string[] Stages =
        ["Provision", "BuildImages", "ScanImages", "PushImages", "Backup", "Migrate", "VerifySchema", "StageVercel", "DeployK8s", "DeployAiServices", "DeployVercel", "Notify"];

    [Fact]
    public async Task Validation_finds_nothing_wrong_and_every_far_side_is_marked_as_the_sandbox()
    {
        var sandbox = await fixture.GetAsync();
        using var http = new HttpClient();
        var runner = new CheckRunner(TimeProvider.System) { Timeout = TimeSpan.FromSeconds(60) };

        var report = await runner.RunAsync(Checks(VariablesOf(sandbox), http), Stages, TestContext.Current.CancellationToken);

        // In one string, so that a failure says all that was found.
        string.Join('\n', report.Lines.Where(line => line.Result.Outcome is CheckOutcome.Failed or CheckOutcome.Warning)).ShouldBe("");
        report.Lines.Length.ShouldBeGreaterThan(30);
    }

    static ImmutableArray<Check> Checks(Variables variables, HttpClient http)
    {
        var time = TimeProvider.System;
        var vercel = VercelSettings.From(variables);
        return
        [
            .. VariableChecks.For(variables, Stages),
            .. VercelChecks.For(vercel, new VercelReader(vercel, http, time), recordedProject: vercel.ProjectId),
            .. AiChecks.For(variables, http, time),
            .. SlackChecks.For(variables),
            .. AwsChecks.For(AwsSettings.From(variables), recordedAccount: null),
            .. DatabaseChecks.For(variables, "sandbox", new() { Folder = PlatformFolder.Path("supabase", "migrations") }, Path.GetTempPath()),
            .. ImageChecks.For([], ImageSettings.From(variables), time),
            .. ClusterChecks.For("sandbox", Regions(), ClusterSettings.From(variables), new ManifestRenderer(new ProcessRunner(time)), time),
        ];
    }

    static ImmutableArray<RegionSpec> Regions() =>
    [
        .. new[] { "eu-west-1", "us-east-1" }
            .Select(region => new RegionSpec { Name = region, Context = region, Overlay = PlatformFolder.Path("kubernetes", "regions", region) }),
    ];

    static Variables VariablesOf(RunningSandbox sandbox) =>
        new(sandbox.Environment.Select(pair => new Variable(pair.Key, pair.Value, "sandbox")));
}
