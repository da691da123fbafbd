export default function handler(request, response) {
  response.status(200).json({ order: request.query.id ?? 'none' });
}
