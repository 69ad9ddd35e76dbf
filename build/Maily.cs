using System.Collections.Immutable;
using Maily.Deploy.AiServices;
using Maily.Deploy.AiServices.Routing;
using Maily.Deploy.Aws;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Retention;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Components;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Drift;
using Maily.Deploy.GitOps;
using Maily.Deploy.Http;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;
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

    /// <summary>Services that ask nothing of the database.</summary>
    static readonly string[] Apart = ["blockchain-gateway"];

    static readonly string[] AiServices = ["ai-adapter", "octotools"];

    /// <summary>What others build, kept in our own registry: each is an image of ours, built from theirs.</summary>
    static readonly string[] Upstreams = ["vespa", "redis", "temporal", "otel-collector"];

    /// <summary>What the clusters' nodes are, whatever machine builds for them: an image of another kind would not start there.</summary>
    const string Machines = "linux/amd64";

    static readonly ImmutableArray<Place> Places =
    [
        new(new("production") { RequiresConfirmation = true, RequiresPushedCommit = true, HoldsAfterRollback = true }),
        new(new("staging") { RequiresPushedCommit = true }) { Manifests = ManifestPolicy.Strict.Warning(PolicyRule.DisruptionBudget, PolicyRule.NamespaceQuota) },
        new(new("sandbox"), VercelProject: "prj_sandbox00000000000000001"),
    ];

    /// <summary>An environment with the ids that its secrets must lead to; null where none is recorded yet.</summary>
    sealed record Place(EnvironmentPolicy Policy, string? VercelProject = null, string? AwsAccount = null)
    {
        /// <summary>What is asked of manifests. In the sandbox as much as in production, so that a rehearsal tells what that would refuse.</summary>
        public ManifestPolicy Manifests { get; init; } = ManifestPolicy.Strict;
    }

    /// <summary>Strong sources first.</summary>
    public static IEnumerable<IVariableSource> VariableSources =>
        [new ProcessEnvironmentSource(), new DotEnvFileSource(new GitReader(new ProcessRunner(TimeProvider.System))), new SecretsManagerSource()];

    /// <summary>The whole deployment to one environment.</summary>
    public static DeploymentDefinition Define(Variables variables, string environment, AbsolutePath root, bool restoresDatabase, DatabaseConsent consent, ScanConsent scans, IHazMigrationFlags? flags = null, bool allowsDirty = false, bool forceConflicts = false, string? strategy = null)
    {
        var place = PlaceOf(environment);
        var platform = root / "src" / "Platform";
        var http = HttpClients.Create();
        var time = TimeProvider.System;
        var processes = new ProcessRunner(time);
        var machines = variables.Find("MAILY_IMAGE_PLATFORM") ?? Machines;
        ImmutableArray<ImageSpec> ofBase = [.. ImagesOf(platform, machines, [.. Services, .. Apart]), .. UpstreamsOf(platform, machines, variables.Find("MAILY_UPSTREAM_IMAGE"))], ofAi = ImagesOf(platform, machines, AiServices);
        var (images, regions, aiRegions) = (ofBase.AddRange(ofAi), RegionsOf(platform / "kubernetes" / "regions"), RegionsOf(platform / "kubernetes" / "ai-services" / "regions"));
        var routing = platform / "ai-services" / "routing.yaml";
        var renderer = new ManifestRenderer(processes);

        var database = new MailyDatabase(variables, environment, root) { RestoresBackup = restoresDatabase, Flags = flags, MustBeSealed = place.Policy.RequiresSealedBackups };
        DatabaseSettings Database() => database.Settings;
        ImageSettings Images() => ImageSettings.From(variables) with { AllowsUncommitted = allowsDirty };
        ClusterSettings Clusters() => ClusterSettings.From(variables) with { ForceConflicts = forceConflicts };
        ImmutableArray<ClusterSecret> PullLogin() => Set(ClusterSecret.PullLogin(Images().Registry, variables));
        ScanGate Scans() => new(ScanPolicyFile.Read(platform / "services" / "scan-policy.yaml"), place.Policy.RequiresScannedImages, scans);
        ManifestGate Gate() => new() { Policy = place.Manifests, Namespace = Clusters().Namespace, Declared = [.. images.Select(image => image.Name)] };
        ManifestGate AiGate() => Gate() with { Elsewhere = (region, cancellation) => renderer.RenderAsync(regions.Single(one => one.Name == region.Name), cancellation) };
        GitOpsSettings GitOps() => GitOpsSettings.From(variables);
        VercelFrontend Frontend() => new() { Settings = VercelSettings.From(variables), Folder = platform / "web", Http = http };

        return new DeploymentDefinition
        {
            Policy = place.Policy,
            Pipeline = StandardPipeline.Create(),
            Observer = DrillObserver.Find(),
            Planners = new Dictionary<string, Func<IStagePlanner>>
            {
                ["BuildImages"] = () => new BuildImagesStage(images, Images()),
                ["ScanImages"] = () => new ScanImagesStage(images, Images(), ImageScanners.Find(variables, processes, time), Scans()),
                ["PushImages"] = () => new PushImagesStage(images, Images()) { Gate = Scans() },
                ["Backup"] = () => new BackupStage(Database(), processes) { Store = BackupStores.Find(variables), Options = database.Backups, Check = consent.NoRestoreCheck ? null : database.RestoreCheck },
                ["StageVercel"] = () => new StageVercelStage(Frontend(), new GitReader(processes)),
                ["Migrate"] = () => new MigrateStage(Database(), database.Migrations, database.Replay),
                ["VerifySchema"] = () => new VerifySchemaStage(Database(), database.Migrations, database.Replay, consent.Drift) { Replicas = database.Replicas },
                ["DeployK8s"] = () => new StrategyStage(Strategy.Parse(strategy), new Dictionary<string, IStagePlanner>
                {
                    [Strategy.Apply] = new DeployK8sStage(regions, Clusters(), ofBase, Images(), renderer) { Secrets = PullLogin(), Gate = Gate(), Scans = Scans() },
                    [Strategy.GitOps] = new GitOpsStage(regions, Clusters(), GitOps, ofBase, Images(), renderer, processes) { Secrets = PullLogin(), Gate = Gate(), Scans = Scans() },
                }.ToImmutableDictionary()),
                ["DeployAiServices"] = () => new DeployAiServicesStage(aiRegions, Clusters(), ofAi, Images(), renderer, routing)
                    { Secrets = [.. PullLogin(), .. Set(DeployAiServicesStage.KeysOf(variables))], Gate = AiGate(), Scans = Scans() },
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
            ImagePruning = () => new()
            {
                Images = images, Settings = Images(), Environments = [.. Places.Select(known => known.Policy.Environment)],
                LiveAsync = cancellation => LiveImages.ReadAsync(regions, Clusters(), time, cancellation),
            },
            Drift =
            [
                .. regions.Select(region => new DriftSource($"region {region.Name}", () => new RegionDrift(region, Clusters(), new CommittedManifests(root, "src/Platform/kubernetes", processes), time))),
                new("database", () => new DatabaseDrift(Database(), database.Migrations, database.Replay)),
                new("frontend", () => new FrontendDrift(Frontend().Reader())),
            ],
            Checks =
            [
                new("Variables", [], () => VariableChecks.For(VariableRules.All, variables, StagesOf(VariableRules.All))),
                new("Database", ["Backup", "Migrate", "SmokeTest"], () => DatabaseChecks.For(variables, environment, database.Migrations, root / "artifacts")),
                new("Replicas", ["Migrate", "VerifySchema"], () => ReplicaChecks.For(Database(), database.Replicas, new())),
                new("Migrations", ["Backup", "Migrate"], () => MigrationChecks.For(Database(), database.Migrations, database.Squawk, database.Replay, consent)),
                new("Backup", ["Backup"], () => BackupChecks.For(variables, place.Policy)),
                new("Images", ["BuildImages", "PushImages", "DeployK8s", "DeployAiServices"], () => ImageChecks.For(images, Images(), time)),
                new("Images", ["ScanImages"], () => ScanChecks.For(() => Scans().Policy, () => ImageScanners.Find(variables, processes, time), place.Policy.RequiresScannedImages, scans, time)),
                new("Kubernetes", ["DeployK8s", "DeployAiServices"], () => ClusterChecks.For(environment, regions, Clusters(), renderer, time)),
                new("Kubernetes", ["DeployK8s"], () => PolicyChecks.For(DeployK8sStage.Standard, regions, Gate(), renderer.RenderAsync)),
                new("Kubernetes", ["DeployAiServices"], () => PolicyChecks.For(DeployAiServicesStage.Name, aiRegions, AiGate(), renderer.RenderAsync)),
                new("GitOps", ["DeployK8s"], () => Strategy.Parse(strategy) == Strategy.GitOps ? GitOpsChecks.For(regions, Clusters(), GitOps(), renderer, processes, time) : []),
                new("Vercel", ["StageVercel", "DeployVercel"], () => VercelChecks.For(VercelSettings.From(variables), Frontend().Reader(), place.VercelProject)),
                new("AWS", ["DeployK8s", "DeployAiServices"], () => AwsChecks.For(AwsSettings.From(variables), place.AwsAccount)),
                new("AI providers", ["DeployAiServices"], () => [.. AiChecks.For(variables, http, time), .. RoutingChecks.For(routing, variables, http, time)]),
                new("Slack", ["Prepare"], () => SlackChecks.For(variables)),
            ],
        };
    }

    static ImmutableArray<string> StagesOf(IEnumerable<VariableRule> rules) => [.. rules.SelectMany(rule => rule.Stages).Distinct()];

    static Place PlaceOf(string environment) => Places.FirstOrDefault(place => place.Policy.Environment == environment)
        ?? throw new UnknownEnvironmentException(environment, Places.Select(place => place.Policy.Environment));

    static ImmutableArray<ClusterSecret> Set(ClusterSecret? secret) => secret is null ? [] : [secret];

    static ImmutableArray<ImageSpec> ImagesOf(AbsolutePath platform, string machines, IEnumerable<string> names) =>
        [.. names.Select(name => new ImageSpec { Name = name, Context = platform / "services" / name, Platforms = [machines] })];

    // Where an upstream image is named, it stands for all of them: a sandbox has no other registry to ask.
    static IEnumerable<ImageSpec> UpstreamsOf(AbsolutePath platform, string machines, string? upstream) => Upstreams
        .Select(name => new ImageSpec { Name = name, Context = platform / "upstream" / name, Platforms = [machines] })
        .Select(image => upstream is null ? image : image with { BuildArguments = image.BuildArguments.SetItem("UPSTREAM_IMAGE", upstream) });

    // Europe first, then the others side by side.
    static ImmutableArray<RegionSpec> RegionsOf(AbsolutePath overlays) =>
    [
        new() { Name = "eu-west-1", Context = "eu-west-1", Overlay = overlays / "eu-west-1", Wave = 1, BakeTime = TimeSpan.FromMinutes(10) },
        new() { Name = "us-east-1", Context = "us-east-1", Overlay = overlays / "us-east-1", Wave = 2 },
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
