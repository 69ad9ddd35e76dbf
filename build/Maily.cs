using System.Collections.Immutable;
using Maily.Deploy.Aws;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Retention;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Components;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Http;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Replicas;
using Maily.Deploy.Processes;
using Maily.Deploy.Git;
using Maily.Deploy.Sandbox.Drills;
using Maily.Deploy.Secrets;
using Maily.Deploy.SmokeTests;
using Maily.Deploy.Validation;
using Maily.Deploy.Vercel;
using Nuke.Common.IO;

/// <summary>What is deployed where: images, regions, database, frontend, probes. The only file that knows Maily's names.</summary>
static class MailyProduct
{
    public static readonly string[] Services = ["api-gateway", "campaign-worker", "vector-search"];

    static readonly ImmutableArray<Place> Places =
    [
        new(new("production") { RequiresConfirmation = true, RequiresPushedCommit = true, HoldsAfterRollback = true }),
        new(new("staging") { RequiresPushedCommit = true }),
        new(new("sandbox"), VercelProject: "prj_sandbox00000000000000001"),
    ];

    /// <summary>An environment with the ids that its secrets must lead to; null where none is recorded yet.</summary>
    sealed record Place(EnvironmentPolicy Policy, string? VercelProject = null, string? AwsAccount = null);

    /// <summary>Strong sources first.</summary>
    public static IEnumerable<IVariableSource> VariableSources =>
        [new ProcessEnvironmentSource(), new DotEnvFileSource(new GitReader(new ProcessRunner(TimeProvider.System))), new SecretsManagerSource()];

    /// <summary>The whole deployment to one environment.</summary>
    public static DeploymentDefinition Define(Variables variables, string environment, AbsolutePath root, bool restoresDatabase, DatabaseConsent consent, IHazMigrationFlags? flags = null)
    {
        var place = PlaceOf(environment);
        var platform = root / "src" / "Platform";
        var http = HttpClients.Create();
        var time = TimeProvider.System;
        var processes = new ProcessRunner(time);
        var images = Services.Select(name => new ImageSpec { Name = name, Context = platform / "services" / name }).ToImmutableArray();
        var regions = RegionsOf(platform);

        var database = new MailyDatabase(variables, environment, root) { RestoresBackup = restoresDatabase, Flags = flags, MustBeSealed = place.Policy.RequiresSealedBackups };
        DatabaseSettings Database() => database.Settings;
        ImageSettings Images() => ImageSettings.From(variables);
        ClusterSettings Clusters() => ClusterSettings.From(variables);
        VercelFrontend Frontend() => new() { Settings = VercelSettings.From(variables), Folder = platform / "web", Http = http };

        return new DeploymentDefinition
        {
            Policy = place.Policy,
            Pipeline = StandardPipeline.Create(),
            Observer = DrillObserver.Find(),
            Planners = new Dictionary<string, Func<IStagePlanner>>
            {
                ["BuildImages"] = () => new BuildImagesStage(images, Images()),
                ["PushImages"] = () => new PushImagesStage(images, Images()),
                ["Backup"] = () => new BackupStage(Database(), processes) { Store = BackupStores.Find(variables), Options = database.Backups, Check = consent.NoRestoreCheck ? null : database.RestoreCheck },
                ["StageVercel"] = () => new StageVercelStage(Frontend(), new GitReader(processes)),
                ["Migrate"] = () => new MigrateStage(Database(), database.Migrations, database.Replay),
                ["VerifySchema"] = () => new VerifySchemaStage(Database(), database.Migrations, database.Replay, consent.Drift) { Replicas = database.Replicas },
                ["DeployK8s"] = () => new DeployK8sStage(regions, Clusters(), images, Images(), new ManifestRenderer(processes)),
                ["DeployVercel"] = () => new DeployVercelStage(Frontend()),
                ["SmokeTest"] = () => new SmokeTestStage(SmokeTests(variables, http)),
            }.ToImmutableDictionary(),
            RollbackCheck = async (plan, journals, cancellation) => database.RollbackFit(consent.Downtime) is { } fit
                ? await fit.CheckAsync(plan, journals, cancellation) : CheckResult.Pass("no scratch server: whether the former code works on the schema is not tried"),
            Backups = () => new()
            {
                Store = BackupStores.Find(variables) ?? FolderBackupStore.InDeployments(root / "artifacts" / "deployments"),
                Options = database.Backups, Retention = RetentionPolicy.From(variables),
            },
            Checks =
            [
                new("Variables", [], () => VariableChecks.For(VariableRules.All, variables, StagesOf(VariableRules.All))),
                new("Database", ["Backup", "Migrate", "SmokeTest"], () => DatabaseChecks.For(variables, environment, database.Migrations, root / "artifacts")),
                new("Replicas", ["Migrate", "VerifySchema"], () => ReplicaChecks.For(Database(), database.Replicas, new())),
                new("Migrations", ["Backup", "Migrate"], () => MigrationChecks.For(Database(), database.Migrations, database.Squawk, database.Replay, consent)),
                new("Backup", ["Backup"], () => BackupChecks.For(variables, place.Policy)),
                new("Images", ["BuildImages", "PushImages", "DeployK8s"], () => ImageChecks.For(images, Images(), time)),
                new("Kubernetes", ["DeployK8s"], () => ClusterChecks.For(environment, regions, Clusters(), processes, time)),
                new("Vercel", ["StageVercel", "DeployVercel"], () => VercelChecks.For(VercelSettings.From(variables), Frontend().Reader(), place.VercelProject)),
                new("AWS", ["DeployK8s"], () => AwsChecks.For(AwsSettings.From(variables), place.AwsAccount)),
                new("AI providers", ["DeployK8s"], () => AiChecks.For(variables, http, time)),
                new("Slack", ["Prepare"], () => SlackChecks.For(variables)),
            ],
        };
    }

    static ImmutableArray<string> StagesOf(IEnumerable<VariableRule> rules) => [.. rules.SelectMany(rule => rule.Stages).Distinct()];

    static Place PlaceOf(string environment) => Places.FirstOrDefault(place => place.Policy.Environment == environment)
        ?? throw new UnknownEnvironmentException(environment, Places.Select(place => place.Policy.Environment));

    static ImmutableArray<RegionSpec> RegionsOf(AbsolutePath platform) =>
    [
        new() { Name = "eu-west-1", Context = "eu-west-1", Overlay = platform / "kubernetes" / "regions" / "eu-west-1", Wave = 1 },
        new() { Name = "us-east-1", Context = "us-east-1", Overlay = platform / "kubernetes" / "regions" / "us-east-1", Wave = 2 },
    ];

    static SmokeTestOptions SmokeTests(Variables variables, System.Net.Http.HttpClient http)
    {
        var web = variables.Find("MAILY_WEB_URL") ?? "https://maily.example";
        return new SmokeTestOptions
        {
            Variables = variables,
            Http = http,
            Database = new ReadOnlyDatabase(DatabaseSettings.From(variables)).CreateSource(),
            Probes =
            [
                new HttpProbe("frontend page", web) { Text = "Maily", Of = "DeployVercel" },
                new HttpProbe("frontend health", $"{web}/api/health") { Of = "DeployVercel" },
                new SqlProbe("campaigns are readable", "select count(*) >= 0 from public.campaigns", "True") { Of = "Migrate" },
                new SqlProbe("row-level security is on", "select relrowsecurity from pg_class where oid = 'public.campaigns'::regclass", "True") { Of = "Migrate" },
            ],
        };
    }
}
