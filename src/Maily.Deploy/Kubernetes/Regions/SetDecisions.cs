using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Decides about the objects of one set, which may change the very definitions that the API judges its custom resources by.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="wanted">The whole set.</param>
/// <param name="objects">What is live of it.</param>
sealed class SetDecisions(ClusterReader cluster, ImmutableArray<KubernetesObject> wanted, LiveObjects objects)
{
    /// <summary>Says why nobody could be asked.</summary>
    public const string KindChanges = "its kind changes with the release";

    /// <summary>Decides about one object of the set.</summary>
    /// <exception cref="ApplyConflictException">Another manager claims fields.</exception>
    /// <exception cref="ClusterRefusedException">The API would refuse the change, also by the definition that the set brings.</exception>
    public async Task<ObjectDecision> MakeAsync(KubernetesObject item, CancellationToken cancellation)
    {
        try
        {
            return await ObjectDecision.MakeAsync(cluster, item, objects[item.Key], cancellation);
        }
        catch (ClusterRefusedException refused) when (refused.IsOfSchema)
        {
            if (!await ChangesKindAsync(item.Key, cancellation))
                throw;
            return new(item, objects[item.Key], ObjectAction.Change, []) { Note = KindChanges };
        }
    }

    /// <summary>Whether the set makes or changes the definition of an object's kind: until it is applied, the API judges by the former one.</summary>
    public async Task<bool> ChangesKindAsync(ObjectKey key, CancellationToken cancellation) =>
        wanted.FirstOrDefault(item => CustomKinds.IsDefinition(item) && CustomKinds.GroupKindOf(item) == key.GroupKind) is { } definition
        && (await ObjectDecision.MakeAsync(cluster, definition, objects[definition.Key], cancellation)).Action != ObjectAction.Unchanged;
}
