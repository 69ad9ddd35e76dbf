using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Regions;

namespace Maily.Deploy.Kubernetes.Plans;

/// <summary>Says what applying a release would change in a region, by dry runs of the API itself.</summary>
sealed class RegionPreview(ClusterReader cluster, ClusterSettings settings)
{
    /// <summary>All objects of the release in the order in which they are applied.</summary>
    /// <param name="wanted">The release.</param>
    /// <param name="foreseen">The same as it can be known before its images are built: one plan made before and one made after must be equal.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="ArgoTrackedException">Argo CD keeps some of them.</exception>
    public async Task<StepPreview> OfAsync(RegionManifests wanted, RegionManifests foreseen, CancellationToken cancellation)
    {
        var spaces = wanted.Keys.Select(key => key.Namespace).OfType<string>().Distinct().Select(space => new ObjectKey("v1", "Namespace", null, space));
        var live = await LiveObjects.ReadAsync(cluster, wanted.Keys.Concat(spaces), settings.Parallel, cancellation);
        await ArgoTracking.RefuseAsync(cluster, [.. wanted.Keys.Select(key => live[key]).OfType<KubernetesObject>()], cancellation);
        var decisions = new SetDecisions(cluster, wanted.Objects, live);
        var changes = new PlannedChange[wanted.Objects.Length];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = settings.Parallel, CancellationToken = cancellation };
        await Parallel.ForAsync(0, changes.Length, limit, async (at, token) => changes[at] = await OfAsync(wanted.Objects[at], live, decisions, token) with
        {
            // A Job's name tells its image.
            Subject = foreseen.Objects[at].Key.ToString(), After = HashOf(foreseen.Objects[at]),
        });
        return new([.. changes]);
    }

    async Task<PlannedChange> OfAsync(KubernetesObject wanted, LiveObjects objects, SetDecisions decisions, CancellationToken cancellation)
    {
        var live = objects[wanted.Key];
        var basis = BasisOf(wanted.Key, live);
        try
        {
            if (live is null)
                return await CreationAsync(wanted, basis, objects, decisions, cancellation);
            var decision = await decisions.MakeAsync(wanted, cancellation);
            if (decision.Action == ObjectAction.Create)
                return basis with { Action = PlannedAction.Create, Note = "it is being deleted, which is waited for" };
            return decision.Action == ObjectAction.Unchanged ? basis : basis with { Action = PlannedAction.Change, Fields = FieldsOf(wanted, decision.Changes), Note = decision.Note ?? NoteOf(live) };
        }
        catch (DeployException refused) when (refused is ClusterRefusedException or ApplyConflictException or UnknownKindException)
        {
            return basis with { Action = PlannedAction.Refused, Note = refused.Evidence ?? refused.Fact };
        }
    }

    // Neither a kind nor a namespace that comes with the release is there yet, so that nobody can be asked.
    async Task<PlannedChange> CreationAsync(
        KubernetesObject wanted, PlannedChange basis, LiveObjects objects, SetDecisions decisions, CancellationToken cancellation)
    {
        var created = basis with { Action = PlannedAction.Create };
        if (wanted.Key.Namespace is { } space && objects[new ObjectKey("v1", "Namespace", null, space)] is null)
            return created with { Note = "its namespace is not there yet" };
        if (await cluster.Discovery.FindAsync(wanted.Key.ApiVersion, wanted.Kind, cancellation) is null)
            return created with { Note = "its kind is not there yet" };
        try
        {
            await cluster.PreviewAsync(wanted, null, cancellation);
            return created;
        }
        catch (ClusterRefusedException refused) when (refused.IsOfSchema)
        {
            if (!await decisions.ChangesKindAsync(wanted.Key, cancellation))
                throw;
            return created with { Note = SetDecisions.KindChanges };
        }
    }

    static string? NoteOf(KubernetesObject live) => FieldEntries.ToTakeOver(live).IsEmpty ? null : "taken over from kubectl apply";

    static ImmutableArray<PlannedField> FieldsOf(KubernetesObject item, ImmutableArray<FieldChange> changes) =>
        [.. changes.Select(change => new PlannedField(change.Path, FieldText.Of(item.Kind, change.Path, change.From), ForeseenImage.Explain(FieldText.Of(item.Kind, change.Path, change.To))))];

    /// <summary>The object with what the plan rests on. A hash over a Secret could be guessed from; its version tells as much.</summary>
    public static PlannedChange BasisOf(ObjectKey key, KubernetesObject? live) => new(key.ToString(), PlannedAction.Unchanged)
    {
        // What others keep of it, as an autoscaler its replicas, does not count.
        Identity = live?.Uid, Before = live is null ? null : live.Kind == "Secret" ? live.Version : HashOf(OwnedFields.Reduce(live)),
    };

    // Who changed it last does not matter, but what it says does.
    static string HashOf(KubernetesObject item)
    {
        var json = FieldChanges.Strip(item);
        json.Child("metadata").Child("annotations").Remove(Marks.Deployment);
        if (item.Kind == "Secret")
            (json["data"], json["stringData"]) = (null, null);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())));
    }
}
