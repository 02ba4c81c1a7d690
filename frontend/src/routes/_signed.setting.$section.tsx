import { createFileRoute, notFound } from '@tanstack/react-router';
import { SECTIONS, type Section } from '@/pages/setting/queries';
import { Settings } from '@/pages/setting/Settings';

export const Route = createFileRoute('/_signed/setting/$section')({
  params: {
    // Addresses have dashes.
    parse: ({ section }) => ({ section: section.replace('-', '_') as Section }),
    stringify: ({ section }) => ({ section: section.replace('_', '-') }),
  },
  beforeLoad: ({ params }) => {
    if (!SECTIONS.includes(params.section)) throw notFound();
  },
  component: One,
});

function One() {
  return <Settings section={Route.useParams().section} />;
}
